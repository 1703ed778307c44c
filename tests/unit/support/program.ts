/** Runs the whole program against mocks, as one stack on one machine. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { parse } from "yaml";
import { ADD_ON_NAMES, rowOf } from "../../../config/addOns";
import program = require("../../..");
import { resourceOptions, type ResourceOptions } from "./resourceOptions";

/** What a monitor calls back with. */
type Done = (error: Error | null, response: object) => void;

/** Options of what was registered last under a type and name. */
const registered = new Map<string, ResourceOptions>();
const keyOf = (type: string, name: string) => `${type} ${name}`;

// The SDK's mocks show nothing of a resource's options.
// eslint-disable-next-line @typescript-eslint/unbound-method -- bound to its monitor when it is called
const { registerResource } = MockMonitor.prototype;
MockMonitor.prototype.registerResource = function (request: RegisterResourceRequest, done) {
  registered.set(keyOf(request.getType(), request.getName()), resourceOptions(request));
  return registerResource.call(this, request, done);
};

// They know resource hooks no further than saying that they are supported.
Object.assign(MockMonitor.prototype, {
  registerErrorHook: (_request: unknown, done: Done) => done(null, {}),
  registerResourceHook: (_request: unknown, done: Done) => done(null, {}),
});

/** A resource or component as the engine would get it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Inputs, with outputs resolved and secrets as the engine's envelopes. */
  readonly inputs: Record<string, unknown>;
  /** What is set of its options. */
  readonly options: ResourceOptions;
}

/** How to run the program. */
export interface Run {
  readonly stack: string;
  /** Stack configuration without the project's prefix. */
  readonly config?: Record<string, unknown>;
  /** Names of configuration keys that are secrets. */
  readonly secrets?: readonly string[];
  readonly preview?: boolean;
  /** Whether a `docker` that answers is on PATH. */
  readonly docker?: boolean;
  /** Endpoint of its active context. */
  readonly endpoint?: string;
  /** Names of the node containers that this `docker` lists. */
  readonly nodes?: readonly string[];
  /** Namespaces of the cluster with their labels; without them its `kubectl` does not answer. */
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Architectures of the cluster's nodes, likewise. */
  readonly kubeNodes?: readonly string[];
  /** Proxies in the configuration of this `docker`. */
  readonly proxies?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether this `docker` has buildx. */
  readonly buildx?: boolean;
  /** GiB of memory that Docker has. */
  readonly memory?: number;
  /** What an earlier run has decided of the observability stack. */
  readonly choice?: boolean;
  /** Whether chart repositories answer. */
  readonly network?: boolean;
  /** What this `docker` lists of Kind's nodes and their published ports. */
  readonly published?: string;
}

/** What a run gives. */
export interface Ran {
  readonly resources: readonly Registered[];
  readonly outputs: Record<string, unknown>;
}

/** Runs the program in a child of nothing: same process, fresh mocks. */
export async function runProgram(run: Run): Promise<Ran> {
  const resources: Registered[] = [];
  const restore = [withPrograms(run), inOwnFolder(), withRepositories(run)];
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          const options = registered.get(keyOf(type, name)) ?? {};
          resources.push({ type, name, inputs, options });
          return { id: `${name}-id`, state: { ...inputs, ...stateOf(type, name, inputs, run) } };
        },
        call: ({ token }) => {
          throw new Error(`no mock for invoke ${token}`);
        },
      },
      "soc-agent",
      run.stack,
      run.preview ?? false,
    );
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        Object.entries(run.config ?? {}).map(([key, value]) => [
          `soc-agent:${key}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    );
    // The engine tells the program through its environment, which the SDK's function leaves alone.
    const secrets = (run.secrets ?? []).map((key) => `soc-agent:${key}`);
    process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(secrets);
    const outputs = await program();
    await pulumi.runtime.disconnect();
    return { resources, outputs };
  } finally {
    restore.forEach((one) => one());
  }
}

/** The configuration of a committed stack file. */
export function stackConfig(stack: string): Record<string, unknown> {
  const { config }: { config: Record<string, unknown> } = parse(
    fs.readFileSync(`Pulumi.${stack}.yaml`, "utf8"),
  );
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^soc-agent:/, ""), value]),
  );
}

/** What every registry here answers a push with. */
export const DIGEST = `sha256:${"d1".repeat(32)}`;

/** What a provider would add to the inputs. */
function stateOf(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  { choice }: Run,
): Record<string, unknown> {
  switch (type) {
    case "pulumi:index:Stash":
      return { output: choice ?? inputs["input"] };
    case "command:local:Command":
      return { stdout: `stdout of ${name}` };
    case "docker:index/image:Image":
      // Of an image that is not pushed the provider gives the id.
      return {
        repoDigest: inputs["skipPush"]
          ? DIGEST
          : `${String(inputs["imageName"]).replace(/:[^:]*$/, "")}@${DIGEST}`,
      };
    case "kubernetes:helm.sh/v3:Release":
      return { status: { revision: 1 } };
    case "kubernetes:core/v1:Secret":
      return { metadata: { name: `${name}-5ec1e7`, ...Object(inputs["metadata"]) } };
    default:
      return {};
  }
}

/** Puts stand-ins for the CLIs of Docker and Kubernetes first on PATH, or takes every other one away. */
function withPrograms({
  docker = true,
  endpoint = "unix:///var/run/docker.sock",
  memory = 16,
  nodes = [],
  published = "",
  namespaces,
  kubeNodes,
  proxies,
  buildx = false,
}: Run): () => void {
  const before = process.env["PATH"];
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-path-"));
  // Always there: the machine's own would ask the clusters that tests make up, and wait for them.
  const kubectl = `#!/bin/sh
case "$*" in
  *"get nodes"*) ${kubeNodes ? printed(kubeNodes.map(nodeOf)) : "exit 1"} ;;
  *) ${namespaces ? printed(Object.entries(namespaces).map(namespaceOf)) : "exit 1"} ;;
esac
`;
  fs.writeFileSync(path.join(dir, "kubectl"), kubectl, { mode: 0o755 });
  if (docker) {
    const script = `#!/bin/sh
case "$1" in
  context) echo "current ${endpoint}" ;;
  version) echo "linux/amd64 28.2.2" ;;
  buildx) ${buildx ? 'echo "Platforms: linux/amd64, linux/386"' : "exit 1"} ;;
  info) echo ${memory * 2 ** 30} ;;
  ps) if [ "$2" != --all ]; then echo "${published}"; exit; fi; printf '%s\\n' ${nodes.join(" ")} ;;
  cp) echo "node-labels: ingress-ready=true" ;;
  *) echo "unexpected: docker $*" >&2; exit 1 ;;
esac
`;
    fs.writeFileSync(path.join(dir, "docker"), script, { mode: 0o755 });
  }
  if (proxies) {
    fs.writeFileSync(path.join(dir, "config.json"), JSON.stringify({ proxies }));
  }
  process.env["PATH"] = docker ? `${dir}:/usr/bin:/bin` : dir;
  process.env["DOCKER_CONFIG"] = dir;
  return () => {
    process.env["PATH"] = before;
    delete process.env["DOCKER_CONFIG"];
    fs.rmSync(dir, { recursive: true });
  };
}

/** A command that prints a list of objects. */
function printed(items: readonly object[]): string {
  return `echo '${JSON.stringify({ items })}'`;
}

function namespaceOf([name, labels]: readonly [string, Readonly<Record<string, string>>]): object {
  return { metadata: { name, labels } };
}

function nodeOf(architecture: string): object {
  const status = { nodeInfo: { operatingSystem: "linux", architecture } };
  return { metadata: { name: `node-${architecture}` }, spec: {}, status };
}

/** Goes to a project of its own, which has no charts and no cluster yet. */
function inOwnFolder(): () => void {
  const project = process.cwd();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-project-"));
  for (const name of fs.readdirSync(project).filter((name) => !name.startsWith("."))) {
    fs.symlinkSync(path.join(project, name), path.join(dir, name));
  }
  process.chdir(dir);
  return () => {
    process.chdir(project);
    fs.rmSync(dir, { recursive: true });
  };
}

/** Puts repositories in the place of all that could be fetched, with every chart that is a default. */
function withRepositories({ network = true }: Run): () => void {
  const { fetch } = globalThis;
  const sources = ADD_ON_NAMES.map((name) => rowOf(name).source);
  const entries = sources.map(({ chart, version }) => [chart, [{ version, urls: ["chart.tgz"] }]]);
  const index = JSON.stringify({ entries: Object.fromEntries(entries) });
  globalThis.fetch = async (url) =>
    network
      ? new Response(url instanceof URL && url.pathname.endsWith(".yaml") ? index : "a chart")
      : new Response(null, { status: 503 });
  return () => (globalThis.fetch = fetch);
}
