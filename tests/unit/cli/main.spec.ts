import * as assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { lines, must } from "../../../machine/run";
import { memory } from "../../../policy/judged";
import { until } from "../../support/until";
import { Scratch } from "../support/fakes";
import { ROOT } from "../../../config/project";

/** Every tool and a Docker, all pretended: nothing of the real machine is asked or changed. */
describe("the npm commands", function () {
  // Each test starts a program that starts others: a second when idle, more on a busy machine.
  this.timeout(60_000);
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
    scratch.versions({
      "pulumi-language-nodejs": "",
      kind: "kind v0.33.0 go1.26.1 linux/amd64",
    });
    // Its charts are empty.
    scratch.program("helm", 'case "$1" in template) ;; *) echo v3.22.0 ;; esac');
    // No autoscaler has pods to add.
    scratch.program(
      "kubectl",
      `case "$*" in
  *"get deployments,"*) echo '{"items":[]}' ;;
  *) echo "Client Version: v1.37.2" ;;
esac`,
    );
    pulumi();
    scratch.program(
      "docker",
      `case "$*" in
  "context inspect"*) echo "default unix:///d.sock" ;;
  version*) echo "linux/amd64 28.2.2" ;;
  "info"*) echo '{"MemTotal":17179869184,"DockerRootDir":"/d","KernelVersion":"another"}' ;;
  "ps --filter publish"*) printf 'soc-demo-control-plane\\tnode\\tsoc-demo\\n' ;;
  "image ls"*) printf 'soc-backend:dev-1\\nsoc-frontend:dev-2\\n' ;;
esac`,
    );
  });
  afterEach(() => scratch.remove());

  /** @param cases more cases of what pulumi is asked, before the usual ones; `$2` is the first word */
  const pulumi = (cases = "") =>
    scratch.program(
      "pulumi",
      `case "$*" in
  ${cases}
  version) echo "v3.259.0" ;;
  *"stack ls"*) echo '[{"name":"dev"}]' ;;
  *"stack export"*) echo '{"version":3,"deployment":{}}' ;;
  *"stack output"*) echo '{"dashboard":"http://localhost:8080","hpa":"kubectl get hpa"}' ;;
  up*) echo "passphrase=[$PULUMI_CONFIG_PASSPHRASE]" ;;
esac`,
    );

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, ["--require", "tsx/cjs", "cli/main.ts", ...args], {
      cwd: ROOT,
      // A backend of its own: whether this project has state must not matter.
      env: scratch.env({ PULUMI_BACKEND_URL: "file:///none", ...env }),
      stdio: ["ignore", "pipe", "pipe"],
    });

  async function npmRun(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = start(args, env);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null]>,
    ]);
    return {
      out,
      err,
      code,
      pulumi: scratch.calls.filter((call) => /^pulumi (?!version)/.test(call)),
    };
  }

  /** The resource of a state that a Kind cluster is. */
  const kindCluster = (name: string, identity: string) => ({
    type: "command:local:Command",
    inputs: {
      create: "exec sh scripts/kind-cluster.sh create",
      environment: { CLUSTER_NAME: name, IDENTITY: identity },
    },
  });

  // A stack whose port is a server's that answers as the application does.
  const stack = `test-up-${process.pid}`;
  const file = path.join(ROOT, `Pulumi.${stack}.yaml`);
  const healthy: Readonly<Record<string, string>> = {
    "/health": '{"status":"healthy"}',
    "/api/threats": "[]",
    "/": '<div id="root"></div>',
  };
  const server = http.createServer(({ url = "" }, response) => response.end(healthy[url]));
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const config = { "soc-agent:cluster": { kind: { httpPort: port } } };
    fs.writeFileSync(file, JSON.stringify({ config }));
  });
  after(() => {
    server.close();
    fs.rmSync(file);
    fs.rmSync(memory(stack), { force: true });
  });

  it("starts without Pulumi's packages, which take longer to load than all the rest", async () => {
    const commands = ["up", "dev/command", "down", "preview", "tools/command", "doctor"];
    const load = commands.map((name) => `require("./cli/${name}");`).join("");
    const found = "Object.keys(require.cache).filter((file) => file.includes('@pulumi')).length";
    const program = `${load} console.log(Object.keys(require.cache).length > 5, ${found})`;
    const args = ["--require", "tsx/cjs", "--eval", program];
    assert.equal(await must(process.execPath, args, { cwd: ROOT }), "true 0\n");
  });

  describe("up", () => {
    it("ends with whether telemetry arrives, where there is a stack for it, and does not fail by that", async () => {
      pulumi(`*"stack output"*) echo '{"grafana":"http://localhost:8080/grafana/"}' ;;`);
      scratch.program(
        "kubectl",
        `case "$*" in
  *"get deployments,"*) echo '{"items":[]}' ;;
  *port-forward*) echo "error: unable to forward port" >&2; exit 1 ;;
  *) echo "Client Version: v1.37.2" ;;
esac`,
      );
      const { out, code } = await npmRun(["up", "--stack", stack]);
      assert.equal(code, 0, out);
      assert.match(
        out,
        /Observability\n.*traces: no answer .*\nLook: npm run doctor -- observability/,
      );
    }).timeout(60_000);

    it("selects the stack, updates it and tells how to reach what is there", async () => {
      const { out, err, code, pulumi } = await npmRun(["up", "--stack", stack, "--", "--diff"]);
      assert.equal(code, 0, err + out);
      assert.deepEqual(pulumi, [
        `pulumi --non-interactive stack select --create ${stack}`,
        `pulumi --non-interactive stack export --show-secrets --stack ${stack}`,
        `pulumi up --yes --skip-preview --stack ${stack} --diff`,
        `pulumi --non-interactive stack output --json --stack ${stack}`,
      ]);
      assert.match(out, /^=== SOC Agent System — Kubernetes Deployment ===\n/);
      assert.match(out, /^kind {5}0\.33\.0 {3}needed: /m);
      assert.match(out, /^passphrase=\[\]$/m);
      assert.match(out, /^dashboard: {2}http:\/\/localhost:8080\nhpa: {8}kubectl get hpa$/m);
    });

    it("judges the stack anew only where something has changed, and ends with 3 where a rule is broken", async () => {
      const rendered = () =>
        scratch.calls.filter((call) => call.startsWith("helm template")).length;
      assert.equal((await npmRun(["up", "--stack", stack])).code, 0);
      const once = rendered();
      assert.ok(once > 0);
      assert.equal((await npmRun(["up", "--stack", stack])).code, 0);
      assert.equal(rendered(), once);
      const before = fs.readFileSync(file, "utf8");
      try {
        const metricsServer = { version: ">0" };
        const { config } = JSON.parse(before) as { config: object };
        const broken = { config: { ...config, "soc-agent:metricsServer": metricsServer } };
        fs.writeFileSync(file, JSON.stringify(broken));
        for (const _ of ["found", "still found"]) {
          const { out, err, code, pulumi } = await npmRun(["up", "--stack", stack]);
          assert.equal(code, 3, err + out);
          assert.match(out, /^error .* \(release-pinned\)$/m);
          assert.match(err, /Nothing was changed\. Mend the errors above/);
          assert.deepEqual(
            pulumi.slice(-2).filter((call) => call.startsWith("pulumi up")),
            [],
          );
        }
      } finally {
        fs.writeFileSync(file, before);
      }
    });

    it("keeps a passphrase that is set", async () => {
      const { out } = await npmRun(["up", "--stack", stack], {
        PULUMI_CONFIG_PASSPHRASE: "mine",
      });
      assert.match(out, /^passphrase=\[mine\]$/m);
    });

    it("forgets what a killed run was at work on, of which Pulumi would warn from then on", async () => {
      const resource = { urn: "u", type: "command:local:Command" };
      const cutOff = {
        version: 3,
        deployment: { pending_operations: [{ resource }], manifest: 1 },
      };
      const imported = scratch.file("imported");
      pulumi(`*"stack export"*) echo '${JSON.stringify(cutOff)}' ;;
  *"stack import"*) cat >"${imported}" ;;`);
      scratch.program("cat", 'exec /bin/cat "$@"');
      const { out, err, code, pulumi: calls } = await npmRun(["up", "--stack", stack]);
      assert.equal(code, 0, err + out);
      assert.match(out, /mending {2}Forgetting what a killed run was at work on/);
      assert.deepEqual(calls.slice(2, 5), [
        // Anew, without the secrets.
        `pulumi --non-interactive stack export --stack ${stack}`,
        `pulumi --non-interactive stack import --stack ${stack}`,
        `pulumi up --yes --skip-preview --stack ${stack}`,
      ]);
      const kept = { version: 3, deployment: { manifest: 1 } };
      assert.deepEqual(JSON.parse(fs.readFileSync(imported, "utf8")), kept);
    });

    it("touches nothing when the machine is not fit, and says all that is wrong", async () => {
      scratch.program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
      const { out, err, code, pulumi } = await npmRun(["up"]);
      assert.equal(code, 1);
      assert.match(out, /error {4}No Docker engine answers/);
      assert.match(err, /Nothing was changed/);
      assert.deepEqual(pulumi, []);
    });

    it("asks before it replaces a cluster, and names the one that goes", async () => {
      const resources = [kindCluster("soc-old", "0.1")];
      pulumi(
        `*"stack export"*) echo '${JSON.stringify({ version: 3, deployment: { resources } })}' ;;`,
      );
      const ups = (calls: readonly string[]) =>
        calls.filter((call) => call.startsWith("pulumi up"));
      const refused = await npmRun(["up", "--stack", stack]);
      assert.equal(refused.code, 2);
      assert.match(refused.out, /About to delete, of stack .*:\n {2}Kind cluster soc-old:/);
      assert.ok(refused.err.includes(`\n  npm run up -- --stack=${stack} --yes\n`), refused.err);
      assert.deepEqual(ups(refused.pulumi), []);
      const consented = await npmRun(["up", "--stack", stack, "--yes"]);
      assert.equal(consented.code, 0);
      assert.equal(ups(consented.pulumi).length, 1);
    });

    it("makes no stack of a slip, and names the one that may be meant", async () => {
      for (const command of ["up", "preview", "doctor", "dev"]) {
        const { err, code, pulumi: calls } = await npmRun([command, "--stack", "prd"]);
        assert.equal(code, 2, command);
        assert.match(
          err,
          /There is no stack prd: .*Did you mean prod\?\n.*npm run up -- --stack=prd --create$/m,
        );
        assert.deepEqual(
          calls.filter((call) => !call.endsWith("stack ls --json")),
          [],
        );
      }
      pulumi(`*"stack ls"*) echo '[{"name":"prd"}]' ;;`);
      assert.equal((await npmRun(["preview", "--stack", "prd"])).code, 0);
    });

    it("writes a new stack's file when told to, once, with what nothing else has", async () => {
      const team = `Team_${process.pid}`;
      const made = path.join(ROOT, `Pulumi.${team}.yaml`);
      scratch.program(
        "docker",
        `case "$*" in
  "ps --all --filter label=io.x-k8s.kind.cluster --format"*) echo "soc-team-${process.pid}" ;;
  "ps --filter publish=8081 "*) printf 'other\\tnginx\\t\\n' ;;
  "context inspect"*|version*) exit 1 ;;
esac`,
      );
      try {
        const { out } = await npmRun(["up", "--stack", team, "--create"]);
        const { config } = parse(fs.readFileSync(made, "utf8")) as { config: object };
        const [kind] = Object.values(config).map(
          ({ kind }: { kind: Record<string, unknown> }) => kind,
        );
        assert.equal(kind?.["name"], `soc-team-${process.pid}-2`, out);
        // 8080 and 8443 are those of the stack dev, and 8081 is a container's.
        assert.ok(Number(kind?.["httpPort"]) > 8081, JSON.stringify(kind));
        assert.ok(Number(kind?.["httpsPort"]) > 8443);
        const again = await npmRun(["up", "--stack", team, "--create"]);
        assert.match(again.err, /has its file already: leave out --create/);
      } finally {
        fs.rmSync(made, { force: true });
      }
    });

    it("ends with Pulumi's exit code and says what to do next", async () => {
      pulumi("up*) exit 7 ;;");
      const { err, code } = await npmRun(["up"]);
      assert.equal(code, 7);
      assert.match(err, /npm run doctor[^]*npm run down/);
    });

    it("passes one signal on to Pulumi, however many come, and waits for it", async () => {
      pulumi(
        `up*) trap 'echo interrupted' INT TERM; echo at work
    for i in 1 2 3 4 5 6 7 8 9 10; do [ -e "$HOME/end" ] && exit 9; /bin/sleep 0.5; done ;;`,
      );
      const child = start(["up"]);
      let out = "";
      child.stdout.on("data", (data: Buffer) => {
        const before = out;
        out += data.toString();
        if (!before.includes("at work") && out.includes("at work")) {
          child.kill("SIGINT");
        }
        if (!before.includes("interrupted") && out.includes("interrupted")) {
          child.kill("SIGINT");
          child.kill("SIGTERM");
          fs.writeFileSync(scratch.file("end"), "");
        }
      });
      const [code] = (await once(child, "exit")) as [number | null];
      assert.equal(code, 9);
      assert.equal(out.split("interrupted").length - 1, 1);
    });
  });

  describe("dev", () => {
    const urn =
      "urn:pulumi:dev::soc-agent::soc:index:SocAgent$command:local:Command::soc-agent-ready";
    const event = (name: string) => JSON.stringify({ [name]: { metadata: { urn, op: "update" } } });

    const started: ChildProcess[] = [];
    // It ends for nobody but its user: a test that fails would leave it, and mocha waiting for it.
    afterEach(() => started.splice(0).forEach((child) => child.kill("SIGKILL")));

    /** Starts it, and lets a test wait for what it prints. */
    function startDev() {
      const child = start(["dev", "--stack", stack]);
      started.push(child);
      let printed = "";
      const take = (data: Buffer) => void (printed += data.toString());
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      const says = (what: string) =>
        until(`"${what}"`, 40, async () => printed.includes(what) || undefined).catch((error) => {
          throw new Error(`${String(error)}\n${printed}`);
        });
      return { child, says, printed: () => printed };
    }
    const edit = (values: object) => {
      const config = JSON.parse(fs.readFileSync(file, "utf8")).config;
      fs.writeFileSync(file, JSON.stringify({ config: { ...config, "soc-agent:values": values } }));
    };

    it("applies what changes, goes on when that fails, and ends with Ctrl-C and without an error", async () => {
      pulumi(
        `"up "*--json*) echo '${event("resourcePreEvent")}'; echo '${event("resOutputsEvent")}'
    [ ! -e "$HOME/broken" ] || { echo "no such luck" >&2; exit 1; } ;;`,
      );
      const dev = startDev();
      await dev.says("Watching backend (backend), frontend (frontend), chart");
      edit({ nameOverride: "a" });
      await dev.says("served after");
      // The first look may see the change before the watcher has told of the file.
      assert.match(
        dev.printed(),
        /configuration changed(: Pulumi\.test-up-\d+\.yaml)?\n +roll out +0\.\d s\n +served after/,
      );
      fs.writeFileSync(scratch.file("broken"), "");
      edit({ nameOverride: "b" });
      await dev.says("Waiting for the next change");
      assert.match(
        dev.printed(),
        /configuration changed: Pulumi\.test-up-\d+\.yaml\n(.*\n)* +failed after [\d.]+ s\n {2}no such luck\n/,
      );
      dev.child.kill("SIGINT");
      assert.deepEqual(await once(dev.child, "exit"), [0, null]);
      assert.match(dev.printed(), /Stopped watching\. The system keeps running/);
    });

    it("does not replace a cluster because a file was saved", async () => {
      const before = fs.readFileSync(file, "utf8");
      pulumi(
        `"up "*--json*) echo '${event("resourcePreEvent")}'; echo '${event("resOutputsEvent")}' ;;`,
      );
      const dev = startDev();
      await dev.says("Watching backend (backend), frontend (frontend), chart");
      const { config } = JSON.parse(before) as { config: object };
      const cluster = { kind: { name: "soc-other" } };
      fs.writeFileSync(
        file,
        JSON.stringify({ config: { ...config, "soc-agent:cluster": cluster } }),
      );
      try {
        await dev.says("soc-agent:cluster has changed");
      } finally {
        fs.writeFileSync(file, before);
      }
      assert.equal(scratch.calls.filter((call) => call.startsWith("pulumi up")).length, 1);
      await dev.says("served after");
    });

    it("refuses a stack whose cluster is not its own", async () => {
      const { err, code, pulumi } = await npmRun(["dev", "--stack", "prod"]);
      assert.equal(code, 1);
      assert.match(
        err,
        /npm run dev is for stacks with a Kind cluster: prod deploys to an existing/,
      );
      assert.deepEqual(pulumi, []);
    });
  });

  describe("down", () => {
    it("destroys the stack, and says how to remove the images that stay", async () => {
      const { out, code, pulumi } = await npmRun(["down"]);
      assert.equal(code, 0);
      assert.equal(pulumi.at(-1), "pulumi destroy --yes --skip-preview --stack dev");
      assert.match(out, /^2 images stay cached/m);
      const command = /^ {2}(docker image ls .*) [|] xargs docker rmi$/m.exec(out)?.[1];
      const images = await must("/bin/sh", ["-c", command ?? ""], { env: scratch.env() });
      assert.deepEqual(lines(images), ["soc-backend:dev-1", "soc-frontend:dev-2"]);
    });

    describe("of a stack that is there", () => {
      const provider = {
        type: "pulumi:providers:kubernetes",
        inputs: { context: "soc-staging", clusterIdentifier: "https://staging.example.com" },
      };
      const release = {
        type: "kubernetes:helm.sh/v3:Release",
        inputs: { namespace: "soc-agent", name: "soc-agent" },
      };
      const deployed = (...resources: readonly object[]) =>
        pulumi(
          `*"stack ls"*) echo '[{"name":"dev"},{"name":"staging"}]' ;;
  *"stack export"*) echo '${JSON.stringify({ version: 3, deployment: { resources } })}' ;;`,
        );
      const destroyed = (calls: readonly string[]) =>
        calls.filter((call) => call.startsWith("pulumi destroy"));

      for (const [name, args] of [
        ["another stack", ["--stack=staging"]],
        ["the stack dev", []],
      ] as const) {
        it(`refuses ${name} on an existing cluster where nobody can be asked`, async () => {
          deployed(provider, release);
          // Of npm's own, which also CI sets.
          const env = { npm_config_yes: "true" };
          const { out, err, code, pulumi: calls } = await npmRun(["down", ...args], env);
          assert.equal(code, 2);
          assert.match(
            out,
            /context soc-staging \(https:\/\/staging\.example\.com\): release soc-agent\/soc-agent/,
          );
          assert.match(err, /^ {2}npm run down -- --stack=(staging|dev) --yes$/m);
          assert.deepEqual(destroyed(calls), []);
          assert.ok(!calls.some((call) => call.includes("cancel")));
        });
      }

      it("takes --yes for consent, and names what it deletes before it does", async () => {
        deployed(provider, release);
        const { out, code, pulumi: calls } = await npmRun(["down", "--stack=staging", "--yes"]);
        assert.equal(code, 0);
        assert.match(out, /of stack staging:\n {2}in the cluster of context soc-staging/);
        assert.equal(destroyed(calls).length, 1);
      });

      it("asks nothing of dev on Kind, and names its cluster", async () => {
        deployed(kindCluster("soc-demo", "0.1"));
        const { out, code, pulumi: calls } = await npmRun(["down"]);
        assert.equal(code, 0);
        assert.match(
          out,
          /of stack dev:\n {2}Kind cluster soc-demo: its nodes, and all that is in it/,
        );
        assert.equal(destroyed(calls).length, 1);
      });
    });

    it("has nothing to do where the stack never was", async () => {
      pulumi(`*"stack ls"*) echo '[]' ;;`);
      const { out, code, pulumi: calls } = await npmRun(["down"]);
      assert.equal(code, 0);
      assert.match(out, /There is no stack dev: nothing to delete/);
      assert.deepEqual(calls, ["pulumi --non-interactive stack ls --json"]);
    });

    it("names clusters that this project made and no state tells of, and deletes none", async () => {
      pulumi(`*"stack ls"*) echo '[]' ;;`);
      scratch.program(
        "docker",
        `case "$*" in
  "ps --all --filter label=io.x-k8s.kind.cluster --format"*) printf 'mine\\nmine\\nother\\n' ;;
  *cluster=mine*) printf 'mine-control-plane running\\nmine-worker running\\n' ;;
  *cluster=other*) echo 'other-control-plane running' ;;
  "cp mine-control-plane:"*) echo "node-labels: soc-agent.dev/identity=a.1" ;;
  "cp mine-worker:"*) echo "Error: no such file" >&2; exit 1 ;;
  "cp other-control-plane:"*) echo "node-labels: x" ;;
esac`,
      );
      const { out, code } = await npmRun(["down"]);
      assert.equal(code, 0);
      assert.match(out, /To delete one:\n {2}npm run tools -- kind delete cluster --name mine\n$/);
      assert.deepEqual(
        scratch.calls.filter((call) => /^kind|docker rm/.test(call)),
        ["kind version"],
      );
    });

    it("needs no tool where nothing was ever made", async () => {
      const { out, code } = await npmRun(["down", "--stack", "never"], {
        PULUMI_BACKEND_URL: "",
        PATH: "",
      });
      assert.equal(code, 0);
      assert.match(out, /There is no stack never here/);
      assert.deepEqual(scratch.calls, []);
    });

    it("ends with Pulumi's exit code", async () => {
      pulumi("destroy*) exit 5 ;;");
      const { err, code } = await npmRun(["down"]);
      assert.equal(code, 5);
      assert.match(err, /npm run down again/);
    });
  });

  describe("tools", () => {
    it("prints folders, or runs a tool with all that follows, and ends as it does", async () => {
      const { out, code } = await npmRun(["tools"]);
      assert.equal(code, 0);
      assert.equal(out.trim(), scratch.bin);
      scratch.program("kind", 'case "$1" in version) echo "kind v0.33.0" ;; *) exit 6 ;; esac');
      const ran = await npmRun(["tools", "kind", "delete", "cluster", "--name", "a b", "-h"]);
      assert.equal(ran.code, 6);
      assert.equal(scratch.calls.at(-1), "kind delete cluster --name a b -h");
    });

    it("makes the stack that a line of Pulumi's names, where it has a file and is not there yet", async () => {
      const line = ["tools", "pulumi", "config", "set", `--stack=${stack}`, "a", "b"];
      assert.deepEqual((await npmRun(line)).pulumi, [
        "pulumi --non-interactive stack ls --json",
        `pulumi --non-interactive stack init ${stack} --no-select`,
        `pulumi config set --stack=${stack} a b`,
      ]);
      const { pulumi } = await npmRun(["tools", "pulumi", "cancel", "--stack", "nowhere"]);
      assert.equal(pulumi.at(-2), `pulumi config set --stack=${stack} a b`);
      assert.equal(pulumi.at(-1), "pulumi cancel --stack nowhere");
    });
  });

  describe("preview", () => {
    it("previews both stacks from nothing, without Docker, kind, kubectl or a repository", async () => {
      for (const name of ["docker", "kind", "kubectl"]) {
        scratch.program(name, "exit 1");
      }
      const { out, code, pulumi } = await npmRun(["preview", "--", "--diff"]);
      assert.equal(code, 0);
      assert.match(out, /Nothing to compare with, because there is no git: name a revision/);
      assert.deepEqual(pulumi, [
        "pulumi --non-interactive stack ls --json",
        "pulumi preview --non-interactive --stack dev --diff",
        // Made, but not selected.
        "pulumi --non-interactive stack init prod --no-select",
        "pulumi preview --non-interactive --stack prod --diff",
      ]);
      assert.ok(scratch.calls.every((call) => /^(pulumi|helm (version|template)) /.test(call)));
    });

    it("refuses a revision that is none before anything else", async () => {
      scratch.program("git", "exit 1");
      const { err, code } = await npmRun(["preview", "--base", "nonsense"]);
      assert.equal(code, 1);
      assert.match(err, /--base must name a revision of this repository, got "nonsense"/);
      assert.ok(scratch.calls.every((call) => call.startsWith("git ")));
    });

    it("leaves out stacks with nothing in their cluster, and fails where they were named", async () => {
      const { out, code } = await npmRun(["preview", "--cluster"]);
      assert.equal(code, 0, out);
      assert.match(out, /^Left out: Stack dev has nothing in its cluster\. Make it: npm run up/m);
      assert.match(out, /^Left out: Stack prod has nothing in its cluster\. Make it: npm run up/m);
      const named = await npmRun(["preview", "--cluster", "--stack", "prod"]);
      assert.equal(named.code, 1, named.out);
      assert.match(named.out, /Stack prod: could not be compared\n.*has nothing in its cluster/);
    });

    it("previews the second stack although the first one fails, and fails", async () => {
      pulumi('"preview --non-interactive --stack dev"*) exit 4 ;;');
      const { code, pulumi: calls } = await npmRun(["preview"]);
      assert.equal(code, 1);
      assert.match(calls.at(-1) ?? "", /--stack prod/);
    });

    it("previews the stacks that are named", async () => {
      const { pulumi } = await npmRun(["preview", "--stack", "dev"]);
      assert.equal(pulumi.filter((call) => call.startsWith("pulumi preview")).length, 1);
    });
  });

  describe("doctor", () => {
    it("tells tools, stacks, Docker and the cluster, and is content", async () => {
      const { out, code } = await npmRun(["doctor"]);
      assert.equal(code, 0, out);
      assert.match(
        out,
        /Tools\n.*pulumi {3}3\.259\.0[^]*Stacks\ndev[^]*Docker\nEngine 28\.2\.2[^]*Kind cluster soc-demo\nnone[^]*No errors/,
      );
    });

    it("is about one of its topics when told so, and about nothing that is none", async () => {
      scratch.program("kubectl", 'case "$*" in *version*) echo v1.37.2 ;; *) exit 1 ;; esac');
      const { err, code } = await npmRun(["doctor", "observability", "--stack", "dev"]);
      assert.equal(code, 1);
      assert.match(
        err,
        /There is no observability stack in the cluster of dev: .*install to true/s,
      );
      const other = await npmRun(["doctor", "observabilty"]);
      assert.equal(other.code, 2);
      assert.match(other.err, /Unexpected argument 'observabilty'.*\[observability\]/s);
    });

    it("warns of a kubectl that is too far from the cluster's Kubernetes, as up does", async () => {
      scratch.program(
        "kubectl",
        `case "$*" in *"get deployments,"*) echo '{"items":[]}' ;; *) echo v1.35.9 ;; esac`,
      );
      const { out, code } = await npmRun(["doctor"]);
      assert.equal(code, 0, out);
      const warning = /kubectl 1\.35\.9 is more than one minor version from Kubernetes 1\.37/i;
      assert.match(out, warning);
      const { out: upSaid, err } = await npmRun(["up", "--stack", stack]);
      assert.match(upSaid + err, warning);
    });

    it("looks at the rest where the backend wants a login", async () => {
      pulumi(`*"stack ls"*) echo "error: please run pulumi login" >&2; exit 255 ;;`);
      const { out, code } = await npmRun(["doctor"]);
      assert.equal(code, 0, out);
      assert.match(
        out,
        /Stacks\nunknown: .*\n.*please run pulumi login[^]*Docker\nEngine 28[^]*No errors/,
      );
    });

    it("tells what is wrong, fetches nothing and fails", async () => {
      scratch.program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
      scratch.program("helm", "exit 1");
      const { out, code } = await npmRun(["doctor"]);
      assert.equal(code, 1);
      assert.match(out, /^helm {5}- .*up fetches \d/m);
      assert.match(out, /No Docker engine answers/);
    });
  });

  describe("a stack's file", () => {
    const stack = `test-${process.pid}`;
    const file = path.join(ROOT, `Pulumi.${stack}.yaml`);
    const text = "# ours\nconfig:\n  soc-agent:values: { backend: { env: { A: b } } }\n";

    beforeEach(() => fs.writeFileSync(file, text));
    afterEach(() => fs.rmSync(file));

    /** A pulumi that writes a stack's file anew when it previews, as the real one does. */
    const writing = (content: string) =>
      pulumi(`preview*) printf '${content}' >"Pulumi.${stack}.yaml" ;;`);

    it("is left as it was when Pulumi only adds a salt", async () => {
      writing(
        "# ours\\nconfig:\\n  soc-agent:values: {backend: {env: {A: b}}}\\nencryptionsalt: v1:x\\n",
      );
      assert.equal((await npmRun(["preview", "--stack", stack])).code, 0);
      assert.equal(fs.readFileSync(file, "utf8"), text);
    });

    it("keeps what Pulumi was asked to write", async () => {
      writing("config:\\n  soc-agent:values: {backend: {env: {A: c}}}\\nencryptionsalt: v1:x\\n");
      assert.equal((await npmRun(["preview", "--stack", stack])).code, 0);
      assert.match(fs.readFileSync(file, "utf8"), /A: c[^]*encryptionsalt/);
    });
  });

  describe("options", () => {
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /usage: npm run up\|dev\|down\|preview\|drift\|tools\|doctor/],
      [["sideways"], /got "sideways"/],
      [["up", "--diff"], /Unknown option '--diff'[^]*npm run up -- /],
      [["up", "prod"], /Unexpected argument 'prod'/],
      [["down", "staging"], /Unexpected argument 'staging'.*npm run down -- --stack=staging\n/],
      [["preview", "--yes"], /Unknown option '--yes'/],
      [["up", "--stack", "a", "--stack", "b"], /takes one --stack, got 2/],
    ];
    for (const [args, message] of refused) {
      it(`refuses "${args.join(" ")}"`, async () => {
        const { err, code } = await npmRun(args);
        assert.equal(code, 2);
        assert.match(err, message);
        assert.deepEqual(scratch.calls, []);
      });
    }

    for (const command of ["up", "dev", "down"]) {
      it(`tells of --yes in the help text for ${command}`, async () => {
        assert.match((await npmRun([command, "--help"])).out, /^ {2}--yes {9}\S/m);
      });
    }

    for (const command of ["up", "dev", "down", "preview", "doctor"]) {
      it(`has a help text for ${command}`, async () => {
        const { out, code } = await npmRun([command, "--help"]);
        assert.equal(code, 0);
        assert.match(out, new RegExp(`^npm run ${command} -- [^]*--stack NAME`));
      });
    }
  });
});
