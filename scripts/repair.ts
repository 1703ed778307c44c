/**
 * What `npm run up` mends before it calls Pulumi: everything that Pulumi's state believes to be there and
 * that is not, or the other way round. Pulumi itself compares a program with its state, never with the
 * cluster, so an `up` after a fault says "unchanged" or stumbles over what a killed run left.
 */
import * as path from "node:path";
import { clusterIdentity } from "../components/kindConfig";
import { imageRefs } from "../components/imageRefs";
import type { KindSettings, StackConfig } from "../config/settings";
import { isMap } from "../config/values";
import { KIND_CLUSTER_LABEL } from "../machine/docker";
import type { StackFiles } from "../machine/files";
import { nodeNames, type KindClusterState } from "../machine/kindCluster";
import { renewCertificate } from "./controlPlaneAddress";
import { lacks, workers } from "./nodeImages";
import { Refusal } from "./pulumi";
import { curesFor, idOf, parseRevisions, secretOf, type Revision } from "./releases";
import { imagesIn, setImages } from "./rollOut";
import { lines, must, run } from "./run";
import { RELEASE_TYPE, type Release, type State, type StateResource } from "./stackState";

/** Seconds in which a cluster whose nodes were started must answer. */
const PATIENCE = 180;

/** What is to be looked over. */
export interface RepairArgs {
  readonly config: StackConfig & { readonly cluster: KindSettings };
  readonly files: StackFiles;
  /** Namespace of the application. */
  readonly namespace: string;
  readonly found: KindClusterState;
  /** Environment with the tools on PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the project. */
  readonly root: string;
  /** What Pulumi believes to be there. */
  readonly state: State;
  /** Tells the user what is mended. */
  readonly say: (what: string) => void;
}

/**
 * Mends the stack's cluster as far as Pulumi cannot see the damage.
 *
 * @returns options that `pulumi up` needs to mend the rest, such as `--refresh`
 * @throws Error when the cluster does not come back, with the command that starts over
 */
export async function repair(args: RepairArgs): Promise<string[]> {
  const { config, found } = args;
  if (found.kind !== "ours" || clusterIdentity(config.cluster, found) !== found.identity) {
    // Pulumi makes the cluster again, with all that is in it.
    return [];
  }
  await restoreKubeconfig(args);
  await comeBack(args);
  const [releases, images] = await Promise.all([
    mendReleases(args),
    mendImages(args),
    takeBackImages(args),
  ]);
  return [...releases, ...images];
}

/** Starts nodes that were stopped, as by a restart of the machine. Kind has no command for it. */
export async function startNodes(
  stopped: readonly string[],
  say: (what: string) => void,
): Promise<void> {
  say(`Starting stopped nodes: ${stopped.join(", ")}`);
  await must("docker", ["start", ...stopped]);
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

/** Waits for the API server and the nodes, which is nothing while they are well. */
async function comeBack(args: RepairArgs): Promise<void> {
  const { config, env, say } = args;
  await patiently(args, "API server", ["get", "--raw", "/readyz"]);
  // By now the node has rewritten its configuration, which the certificate is made from.
  const [controlPlane = ""] = nodeNames(config.cluster);
  await renewCertificate(controlPlane, env, say);
  const ready = ["wait", "nodes", "--all", "--for=condition=Ready", "--timeout=5s"];
  await patiently(args, "nodes", ready);
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
  const ended = lines(await must("docker", ps, { env })).sort();
  if (ended.length > 0) {
    throw new Refusal(
      `Nodes of cluster ${name} were started and have ended again: ${ended.join(", ")}. ` +
        `Look: docker logs --tail 20 ${ended[0]}. Start over: npm run down && npm run up`,
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

async function uninstall(args: RepairArgs, release: Release): Promise<void> {
  const { root, files, env } = args;
  const where = ["--namespace", release.namespace, "--kubeconfig", files.kubeconfig];
  const how = ["--wait", "--timeout", "2m", "--ignore-not-found"];
  await must("helm", ["uninstall", release.name, ...where, ...how], { cwd: root, env });
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

/** Images that are in neither the nodes nor, where they have to be built again, the engine. */
async function mendImages({ config, env, say, state }: RepairArgs): Promise<string[]> {
  const refs = Object.values(imageRefs(config.images));
  const loaded = state.resources.find(({ inputs }) => isLoadOf(inputs, refs));
  if (!loaded) {
    // Other images are to be loaded anyway.
    return [];
  }
  const nodes = await workers(config.cluster.name);
  const lacking = refs.filter((ref) => nodes.some((node) => lacks(node, ref)));
  if (lacking.length === 0) {
    return [];
  }
  say(`Loading images that a node has lost: ${lacking.join(", ")}`);
  const built = state.resources.filter(
    ({ type, inputs }) =>
      type === "docker:index/image:Image" && lacking.includes(String(inputs?.["imageName"])),
  );
  const pruned = await Promise.all(
    built.map(async (image) => {
      const ref = String(image.inputs?.["imageName"]);
      return (await run("docker", ["image", "inspect", ref], { env })).ok ? [] : [image];
    }),
  );
  return [loaded, ...pruned.flat()].flatMap(({ urn }) => ["--replace", urn]);
}

/** Gives pods the images that Pulumi believes them to have: `npm run dev` was killed before it told Pulumi, or a hand changed them. */
async function takeBackImages({ state, root, files, namespace, env, say }: RepairArgs) {
  const release = state.resources.find(
    ({ type, inputs }) => type === RELEASE_TYPE && inputs?.["namespace"] === namespace,
  );
  const values = release?.inputs?.["values"];
  if (isMap(values)) {
    const pods = { kubeconfigFile: path.join(root, files.kubeconfig), namespace, env };
    const back = await setImages(pods, imagesIn(values));
    back.forEach((part) => say(`Taking back an image of ${part} that was not applied`));
  }
}

function isLoadOf(inputs: StateResource["inputs"], refs: readonly string[]): boolean {
  const environment = inputs?.["environment"];
  return isMap(environment) && environment["IMAGES"] === refs.join(" ");
}

function kubectl({ root, files, env }: RepairArgs, args: readonly string[]) {
  const kubeconfig = path.join(root, files.kubeconfig);
  const all = ["--kubeconfig", kubeconfig, ...args];
  return run("kubectl", all, { cwd: root, env, timeout: PATIENCE * 1000 });
}

async function mustKubectl(args: RepairArgs, command: readonly string[]): Promise<string> {
  const { ok, stdout, reason } = await kubectl(args, command);
  if (!ok) {
    throw new Refusal(`kubectl ${command.join(" ")}: ${reason}`);
  }
  return stdout;
}
