/**
 * What `npm run up` mends before it calls Pulumi: everything that Pulumi's state believes to be there and
 * that is not, or the other way round. Pulumi itself compares a program with its state, never with the
 * cluster, so an `up` after a fault says "unchanged" or stumbles over what a killed run left.
 */
import * as path from "node:path";
import { clusterIdentity } from "../../plan/kindConfig";
import { DOCKER, docker, KIND_CLUSTER_LABEL } from "../../machine/docker";
import { helmIn, type ReleaseName } from "../../machine/helm";
import { nodeNames } from "../../machine/kindCluster";
import type { RepairArgs } from "./args";
import { renewCertificate } from "./controlPlaneAddress";
import { placesOf } from "../deletions";
import { Refusal } from "../pulumi";
import { mendImages, missedPodImages, takeBackImages } from "./images";
import { curesFor, parseRevisions, secretOf, type Revision } from "./releases";
import { tryKubectl, type Target } from "../../machine/kubectl";
import { lines, must } from "../../machine/run";
import { idOf, type State } from "../stackState";

/** Seconds in which a cluster whose nodes were started must answer. */
const PATIENCE = 180;

/**
 * Mends the stack's cluster as far as Pulumi cannot see the damage.
 *
 * @returns options that `pulumi up` needs to mend the rest, such as `--refresh`
 * @throws Error when the cluster does not come back, with the command that starts over
 */
export async function repair(args: RepairArgs): Promise<string[]> {
  const { config, found, state } = args;
  if (
    found.kind !== "ours" ||
    clusterIdentity(config.cluster, found) !== found.identity ||
    !hasMade(state, found.identity)
  ) {
    // Pulumi makes the cluster again, with all that is in it.
    return [];
  }
  await comeBack(args, found.stopped);
  const [releases, images] = await Promise.all([
    mendReleases(args),
    mendImages(args),
    takeBackImages(args),
  ]);
  return [...releases, ...images, ...missedPodImages(state)];
}

/**
 * Whether Pulumi knows the cluster as made. One that a killed run was still making has nothing to mend: its
 * nodes may stand and say whose they are, with no control plane in them.
 */
function hasMade(state: State, identity: string): boolean {
  return placesOf(state).some((place) => place.kind === "kind" && place.identity === identity);
}

/** Starts nodes that were stopped, as by a restart of the machine. Kind has no command for it. */
async function startNodes({ say, env }: RepairArgs, stopped: readonly string[]): Promise<void> {
  if (stopped.length > 0) {
    say(`Starting stopped nodes: ${stopped.join(", ")}`);
    await docker(["start", ...stopped], { env });
  }
}

async function restoreKubeconfig(args: RepairArgs): Promise<void> {
  const { root, files, env, config, found, namespace } = args;
  const readable = await kubectl(args, ["config", "view", "--minify"]);
  if (readable.ok) {
    return;
  }
  args.say(`Writing ${files.kubeconfig} again, which is gone`);
  await must("sh", ["scripts/kind-cluster.sh", "kubeconfig"], {
    cwd: root,
    env: {
      ...env,
      CLUSTER_NAME: config.cluster.name,
      IDENTITY: found.kind === "ours" ? found.identity : "",
      KUBECONFIG_FILE: files.kubeconfig,
      NAMESPACE: namespace,
    },
  });
}

/** Starts what was stopped, and waits for the API server and the nodes. While they are well they are asked once. */
async function comeBack(args: RepairArgs, stopped: readonly string[]): Promise<void> {
  const { config, env, say } = args;
  const [controlPlane = ""] = nodeNames(config.cluster);
  const renew = () => renewCertificate(controlPlane, env, say);
  const ready = (timeout: string) =>
    ["wait", "nodes", "--all", "--for=condition=Ready", `--timeout=${timeout}`] as const;
  if (stopped.length === 0 && (await kubectl(args, ready("0s"))).ok && !(await renew())) {
    return;
  }
  await startNodes(args, stopped);
  await restoreKubeconfig(args);
  await patiently(args, "API server", ["get", "--raw", "/readyz"]);
  // By now the node has rewritten its configuration, which the certificate is made from.
  await renew();
  await patiently(args, "nodes", ready("5s"));
}

/** Repeats a command of kubectl until it succeeds. */
async function patiently(
  args: RepairArgs,
  what: string,
  command: readonly string[],
): Promise<void> {
  const deadline = Date.now() + PATIENCE * 1000;
  for (let told = false; !(await kubectl(args, command)).ok; told = true) {
    if (!told) {
      args.say(`Waiting for the cluster's ${what}`);
    }
    await assertRunning(args);
    if (Date.now() > deadline) {
      throw new Refusal(
        `The nodes of cluster ${args.config.cluster.name} run, but its ${what} did not get ready in ${PATIENCE} s. ` +
          "Look: npm run doctor. Start over: npm run down && npm run up",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Nodes that end again are not worth waiting for. */
async function assertRunning({ config, env }: RepairArgs): Promise<void> {
  const { name } = config.cluster;
  const filters = [`label=${KIND_CLUSTER_LABEL}=${name}`, "status=exited"];
  const args = filters.flatMap((filter) => ["--filter", filter]);
  const ps = ["ps", "--all", ...args, "--format", "{{.Names}}"];
  const ended = lines(await docker(ps, { env })).sort();
  if (ended.length > 0) {
    throw new Refusal(
      `Nodes of cluster ${name} were started and have ended again: ${ended.join(", ")}. ` +
        `Look: ${DOCKER} logs --tail 20 ${ended[0]}. Start over: npm run down && npm run up`,
    );
  }
}

async function mendReleases(args: RepairArgs): Promise<string[]> {
  const [revisions, namespaces] = await Promise.all([findRevisions(args), findNamespaces(args)]);
  const cures = curesFor(args.state, revisions, namespaces);
  for (const cure of cures) {
    switch (cure.kind) {
      case "uninstall":
        args.say(`Removing release ${idOf(cure)}, which a killed run left`);
        await uninstall(args, cure);
        break;
      case "forget":
        args.say(
          `Taking back revision ${cure.version} of release ${idOf(cure)}, which was cut off`,
        );
        await mustKubectl(args, ["delete", "secret", "-n", cure.namespace, secretOf(cure)]);
        break;
      case "refresh":
        args.say(`Missing in the cluster, and made again: ${cure.what}`);
    }
  }
  return cures.some(({ kind }) => kind === "refresh") ? ["--refresh"] : [];
}

async function uninstall(args: RepairArgs, release: ReleaseName): Promise<void> {
  const how = ["--wait", "--timeout", "2m", "--ignore-not-found"];
  await helmIn(targetOf(args), release)(["uninstall", release.name, ...how]);
}

async function findRevisions(args: RepairArgs): Promise<Revision[]> {
  // As a table, because the server leaves the releases' contents out of it.
  const columns = ["-L", "name,version,status", "--no-headers"];
  const table = await mustKubectl(args, ["get", "secrets", "-A", "-l", "owner=helm", ...columns]);
  return parseRevisions(table);
}

/** Namespaces that will stay: one that is being deleted is waited for, since it can only be made anew then. */
async function findNamespaces(args: RepairArgs): Promise<string[]> {
  const rows = lines(await mustKubectl(args, ["get", "namespaces", "--no-headers"]));
  const [going, staying] = [true, false].map((terminating) =>
    rows
      .map((row) => row.trim().split(/\s+/))
      .filter(([, status]) => (status === "Terminating") === terminating)
      .map(([name = ""]) => name),
  );
  if (going && going.length > 0) {
    args.say(`Waiting for namespaces that are being deleted: ${going.join(", ")}`);
    const all = going.map((name) => `namespace/${name}`);
    await mustKubectl(args, ["wait", "--for=delete", ...all, `--timeout=${PATIENCE}s`]);
  }
  return staying ?? [];
}

function targetOf({ root, files, env }: RepairArgs): Target {
  return { kubeconfigFile: path.join(root, files.kubeconfig), env };
}

function kubectl(args: RepairArgs, command: readonly string[]) {
  return tryKubectl(targetOf(args), command, { timeout: PATIENCE * 1000 });
}

async function mustKubectl(args: RepairArgs, command: readonly string[]): Promise<string> {
  const { ok, stdout, reason } = await kubectl(args, command);
  if (!ok) {
    throw new Refusal(`kubectl ${command.join(" ")}: ${reason}`);
  }
  return stdout;
}
