import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import { startDocker } from "../../../machine/docker";
import { ownEnvironment } from "../../../machine/environment";
import { run } from "../../../machine/run";
import { Scratch } from "../support/fakes";

/** What would make a program work elsewhere or otherwise. */
const FOREIGN = {
  HELM_KUBECONTEXT: "production",
  HELM_KUBEAPISERVER: "https://production.example.com",
  HELM_KUBETOKEN: "token",
  HELM_KUBEASUSER: "admin",
  HELM_KUBECAFILE: "/ca.crt",
  HELM_KUBEINSECURE_SKIP_TLS_VERIFY: "true",
  HELM_NAMESPACE: "elsewhere",
  HELM_DRIVER: "memory",
  HELM_DRIVER_SQL_CONNECTION_STRING: "postgresql://",
  KUBECONFIG: "/home/somebody/.kube/config",
  KUBECTL_EXTERNAL_DIFF: "rm",
  KUBECTL_KUBERC: "true",
  KIND_CLUSTER_NAME: "other",
  KIND_EXPERIMENTAL_PROVIDER: "podman",
  DOCKER_DEFAULT_PLATFORM: "linux/arm64",
  BUILDX_BUILDER: "remote",
};

/** Where logins, mirrors, proxies and the clouds' plugins look. */
const KEPT = {
  DOCKER_HOST: "tcp://127.0.0.1:1",
  DOCKER_CONFIG: "/docker",
  DOCKER_CONTEXT: "desktop",
  HELM_REGISTRY_CONFIG: "/helm/registry.json",
  HELM_REPOSITORY_CONFIG: "/helm/repositories.yaml",
  HELM_CACHE_HOME: "/helm/cache",
  HTTPS_PROXY: "http://proxy.example.com:3128",
  AWS_PROFILE: "team",
  CLOUDSDK_CONFIG: "/gcloud",
  KIND_EXPERIMENTAL_DOCKER_NETWORK: "corporate",
};

/** The variables of {@link FOREIGN} and {@link KEPT} that `env` printed. */
function seen(printed: string): Record<string, string> {
  const all = printed.split("\n").map((line) => [line.split("=")[0] ?? "", line] as const);
  const named = all.filter(([name]) => name in FOREIGN || name in KEPT || name === "KUBERC");
  return Object.fromEntries(named.map(([name, line]) => [name, line.slice(name.length + 1)]));
}

describe("the environment of programs", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const right = { ...KEPT, KUBERC: "off" };
  const print = `/usr/bin/env >"$HOME/seen"`;
  const printed = () => seen(fs.readFileSync(scratch.file("seen"), "utf8"));

  it("has nothing that chooses another cluster, namespace, builder or platform", () => {
    assert.deepEqual(ownEnvironment({ ...FOREIGN, ...KEPT }), right);
  });

  for (const program of ["helm", "kubectl", "kind", "docker", "pulumi"]) {
    it(`is that for ${program}`, async () => {
      scratch.program(program, print);
      await run(program, [], { env: scratch.env({ ...FOREIGN, ...KEPT }) });
      assert.deepEqual(printed(), right);
    });
  }

  it("is that for a Docker whose output is a stream", async () => {
    scratch.program("docker", print);
    const before = { ...process.env };
    Object.assign(process.env, scratch.env({ ...FOREIGN, ...KEPT }));
    try {
      await once(startDocker([], ["ignore", "pipe", "inherit"]), "close");
    } finally {
      Object.keys(process.env).forEach((name) => delete process.env[name]);
      Object.assign(process.env, before);
    }
    assert.deepEqual(printed(), right);
  });

  it("is that wherever a program is started", () => {
    const files = ["machine", "cluster", "plan", "components", "cli", "scripts", "config"].flatMap(
      (room) =>
        fs
          .readdirSync(path.join(ROOT, room), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".ts"))
          .map((name) => path.join(room, name)),
    );
    const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;
    const starting = files.flatMap((file) => {
      const text = fs.readFileSync(path.join(ROOT, file), "utf8");
      const starts = count(text, /\b(spawn|spawnSync|exec|execFile|execFileSync|fork)\(/g);
      return /from "node:child_process"/.test(text)
        ? [[file, starts - count(text, /\bownEnvironment\(/g)]]
        : [];
    });
    assert.ok(starting.length >= 4, `only ${starting.length} files start programs`);
    assert.deepEqual(
      starting.filter(([, without]) => without !== 0),
      [],
    );
  });

  // Pulumi starts these itself, in whatever environment `pulumi up` was called.
  const scripts: [string, string, string[], NodeJS.ProcessEnv][] = [
    ["kind-cluster.sh", "docker", ["delete"], {}],
    ["kind-cluster.sh", "kubectl", ["ready"], {}],
    ["kind-cluster.sh", "kind", ["create"], {}],
    ["remove-add-ons.sh", "helm", [], { PULUMI_COMMAND_STDOUT: "traefik/traefik" }],
  ];
  for (const [script, program, args, more] of scripts) {
    it(`is that for ${program} in ${script}, but for the stack's own kubeconfig`, () => {
      for (const name of ["docker", "kubectl", "kind", "helm"]) {
        scratch.program(name, name === program ? print : "");
      }
      const env = scratch.env({
        ...FOREIGN,
        ...KEPT,
        KUBECONFIG: scratch.file("own.yaml"),
        KUBECONFIG_FILE: scratch.file("own.yaml"),
        CLUSTER_NAME: "soc-demo",
        IDENTITY: "abc.new",
        NAMESPACE: "soc-agent",
        WANTED: "",
        ...more,
      });
      const { stderr } = spawnSync("/bin/sh", [path.join(ROOT, "scripts", script), ...args], {
        cwd: scratch.dir,
        env: { ...env, PATH: `${scratch.bin}:/usr/bin:/bin` },
        encoding: "utf8",
      });
      assert.ok(fs.existsSync(scratch.file("seen")), `${program} was not started: ${stderr}`);
      assert.deepEqual(printed(), { ...right, KUBECONFIG: scratch.file("own.yaml") });
    });
  }
});
