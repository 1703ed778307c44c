/** Tables of the documents, made from what the program knows. */
import { keys } from "../config/keys";
import { PARTS } from "../config/settings";
import * as buildFaults from "../machine/buildFaults";
import { CRASHES } from "../machine/crashes";
import { cause, type Fault } from "../machine/faults";
import * as faults from "../machine/faults";

/** Every key of a stack file. */
export function keysTable(): string {
  const rows = keys().map(({ name, byDefault, what }) => [`\`${name}\``, byDefault, what]);
  return markdown([["Key under `soc-agent:`", "Default", "What it is"], ...rows]);
}

/** Every fault of a machine, with an example's names and numbers. */
export function faultsTable(): string {
  const rows = EXAMPLES.map((fault) => [cause(fault), fault.fix]);
  return markdown([["What is said", "What to do"], ...rows]);
}

/** Every known cause of crashes, with an example's path. */
export function crashesTable(): string {
  const rows = CRASHES.map(({ explain }) => explain(PARTS[0], "/srv/data/cache.db"));
  return markdown([
    ["What is said", "What to do"],
    ...rows.map((fault) => [cause(fault), fault.fix]),
  ]);
}

const GIB = 2 ** 30;
const KUBECONFIG = "~/.kube/config";

/** One of each kind of fault. */
export const EXAMPLES: readonly Fault[] = [
  faults.noDocker({ reason: "no-cli", detail: "" }),
  faults.noDocker({ reason: "denied", detail: "" }),
  faults.noDocker({ reason: "unreachable", detail: "" }),
  faults.oldDocker("20.10.24", 24),
  faults.littleMemory(2 * GIB, 4 * GIB),
  faults.littleDisk("/var/lib/docker", 5 * GIB, 10 * GIB),
  faults.oldCgroup("kindest/node:v1.37.2"),
  faults.skewedKubectl("1.33.1", "1.37.2"),
  faults.remoteDocker("ssh://me@build", [8080, 8443]),
  faults.noCredentialHelper("docker-credential-desktop", "~/.docker/config.json"),
  buildFaults.foreignBuilder("remote", "docker-container"),
  buildFaults.hiddenFolder("~/.local/soc-agent"),
  buildFaults.builtElsewhere("soc-backend:dev"),
  buildFaults.foreignPlatform("backend", "linux/amd64", "linux/arm64"),
  buildFaults.mixedNodes("backend", ["linux/amd64", "linux/arm64"]),
  buildFaults.noEmulation("backend", "linux/amd64", "linux/arm64"),
  buildFaults.noBuildx(),
  buildFaults.noBuildSecret("backend", "npmrc", { file: "~/.npmrc" }),
  buildFaults.noBuildSecret("backend", "token", { env: "NPM_TOKEN" }),
  buildFaults.loopbackProxy("HTTP_PROXY", "127.0.0.1:3128", "~/.docker/config.json", "builds"),
  faults.busyTwin(8080, "process 4711 (nginx)"),
  faults.busyPort("httpPort", 8080, "process 4711 (nginx)", "dev"),
  faults.lowInotify({ max_user_instances: { has: 128, good: 512 } }),
  faults.lockedStack("dev", { holder: { pid: 4711, host: "laptop" }, alive: true }),
  faults.lockedStack("dev", { holder: { pid: 4711, host: "laptop" }, alive: false }),
  faults.lockedStack("dev", { alive: false }),
  faults.foreignCluster("soc-demo", ["soc-demo-control-plane"], "dev"),
  faults.stoppedNodes(["soc-demo-control-plane"]),
  faults.noKubeconfig(KUBECONFIG),
  faults.notAKubeconfig(KUBECONFIG),
  faults.noContext(KUBECONFIG, "soc-production", ["kind-soc-demo"]),
  faults.incompleteContext(KUBECONFIG, "soc-production", 'user "admin"'),
  faults.kindCluster("kind-soc-demo", "soc-demo", "https://127.0.0.1:6443"),
];

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
