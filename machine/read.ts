/** What the machine that runs the program has: read once, before any resource is registered. */
import * as pulumi from "@pulumi/pulumi";
import { perBlock, type Block, type ChartSource } from "../config/addOns";
import { configError, refusal } from "../config/load";
import type { ExistingSettings, StackConfig } from "../config/settings";
import { loopbackPort, readContext, type KubeContext } from "./kubeconfig";
import { messageOf } from "./run";
import { fetchChart, UnreachableError, type Chart } from "./charts";
import {
  askDocker,
  dockerMemory,
  findDocker,
  isEngine,
  KIND_CLUSTER_LABEL,
  type DockerEngine,
} from "./docker";
import { buildProxies, readDockerConfig, type Proxies } from "./dockerConfig";
import { foreignCluster, kindCluster, noDocker, onOneLine, stoppedNodes } from "./faults";
import { builderPlatforms, secretFaults } from "./imageBuild";
import type { StackFiles } from "./files";
import { findKindCluster, lostNodes, type KindClusterState } from "./kindCluster";
import {
  foreignPlatforms,
  mixedPlatforms,
  nodePlatforms,
  unbuildable,
  unsetPlatforms,
} from "./nodePlatforms";

/** The charts of add-ons, by their blocks in the configuration. */
export type Charts = Readonly<Record<Block, pulumi.Input<Chart>>>;

/** What the program goes by. Absent is what a preview could not see. */
export interface Machine {
  readonly docker?: DockerEngine;
  /** Bytes of memory that Docker has in all, where something is decided by it. */
  readonly memory?: number;
  /** What stands behind the Kind cluster's name. */
  readonly cluster?: KindClusterState;
  /** How to talk to the existing cluster. */
  readonly context?: KubeContext;
  /** What the cluster's nodes run, such as `linux/amd64`. */
  readonly platform?: string;
  /** Proxies that Docker's configuration has for builds. */
  readonly proxies?: Proxies;
  readonly charts: Charts;
}

/**
 * Reads what the configuration needs of this machine.
 *
 * A preview does without Docker and without a kubeconfig, and says what it could not check.
 *
 * @throws `pulumi.RunError` with every problem at once
 */
export async function readMachine(config: StackConfig, files: StackFiles): Promise<Machine> {
  const preview = pulumi.runtime.isDryRun();
  const problems: string[] = [];
  const missing = (problem: string, unchecked: string) =>
    preview
      ? void pulumi.log.warn(`Not checked in this preview: ${unchecked}, because ${problem}.`)
      : void problems.push(problem);
  const charts = fetchCharts(config);
  // An error counts for who waits.
  Object.values(charts).forEach((chart) => void chart.catch(() => {}));
  const machine: { -readonly [key in keyof Machine]: Machine[key] } = { charts };

  const { cluster } = config;
  const builds = Object.values(config.images).some(({ kind }) => kind === "build");
  if (cluster.kind !== "existing" || builds) {
    const finding =
      cluster.kind === "kind" ? findKindCluster(cluster.name, files.identity) : undefined;
    // Its failure counts when it is awaited: without an engine it only says less well what is wrong.
    finding?.catch(() => {});
    const engine = await findDocker();
    if (!isEngine(engine)) {
      missing(
        onOneLine(noDocker(engine)),
        "the Kind cluster, and images (those built before are shown as deleted)",
      );
    } else {
      machine.docker = engine;
      machine.proxies = buildProxies(engine.host, readDockerConfig().config);
      for (const fault of await secretFaults(config.images)) {
        missing(onOneLine(fault), "images with secrets");
      }
      if (cluster.kind === "kind") {
        machine.platform = engine.platform;
        problems.push(...foreignPlatforms(config.images, engine.platform).map(onOneLine));
      }
      const asking = config.observability.decided ? undefined : dockerMemory();
      if (finding) {
        machine.cluster = await finding;
      }
      const memory = await asking;
      if (memory !== undefined) {
        machine.memory = memory;
      }
    }
  }
  if (cluster.kind === "kind" && machine.cluster) {
    if (machine.cluster.kind === "foreign") {
      problems.push(
        onOneLine(foreignCluster(cluster.name, machine.cluster.nodes, pulumi.getStack())),
      );
    }
    if (machine.cluster.kind === "ours") {
      const lost = lostNodes(cluster, machine.cluster);
      if (lost.length > 0) {
        await pulumi.log.warn(
          `Nodes of the Kind cluster are gone: ${lost.join(", ")}. The cluster is made again.`,
        );
      } else if (machine.cluster.stopped.length > 0) {
        missing(onOneLine(stoppedNodes(machine.cluster.stopped)), "whether the system answers");
      }
    }
  }
  if (cluster.kind === "existing") {
    const found = readContext(cluster);
    if ("problem" in found) {
      missing(found.problem, "the cluster");
    } else {
      const kindName = found.kindName ?? (await kindClusterAt(found.server));
      if (kindName !== undefined && !cluster.allowKind) {
        problems.push(onOneLine(kindCluster(cluster.context, kindName, found.server)));
      }
      machine.context = found;
      const platforms = await seenPlatforms(cluster, config);
      problems.push(...mixedPlatforms(config.images, platforms).map(onOneLine));
      if (platforms[0] !== undefined) {
        machine.platform = platforms[0];
      }
    }
  }
  await warnOfEmulation(config.images, machine);
  if (preview) {
    // There is nothing that would go on meanwhile.
    for (const { chart, unseen } of await Promise.all(Object.values(charts))) {
      if (unseen) {
        missing("its repository cannot be reached", `the chart ${chart}`);
      }
    }
  }
  if (problems.length > 0) {
    throw refusal("This machine is not ready:", problems);
  }
  return machine;
}

/** Says beforehand what the engine cannot build, as far as the Dockerfile does not compile across. */
async function warnOfEmulation(
  images: StackConfig["images"],
  { docker: engine, platform: nodes }: Pick<Machine, "docker" | "platform">,
): Promise<void> {
  if (engine && unbuildable(images, engine.platform, nodes ?? engine.platform, []).length > 0) {
    const runs = await builderPlatforms();
    const faults = runs && unbuildable(images, engine.platform, nodes ?? engine.platform, runs);
    await Promise.all((faults ?? []).map((fault) => pulumi.log.warn(`${onOneLine(fault)}.`)));
  }
}

/** The platforms of an existing cluster's nodes, if images depend on them; none where it does not tell. */
async function seenPlatforms(
  { kubeconfig: kubeconfigFile, context }: ExistingSettings,
  { images, values }: StackConfig,
): Promise<readonly string[]> {
  if (unsetPlatforms(images).length === 0) {
    return [];
  }
  try {
    return await nodePlatforms({ kubeconfigFile, context }, values);
  } catch (error) {
    await pulumi.log.warn(
      `Images are built for the platform that was deployed last, because the cluster's nodes could not be asked for theirs: ${messageOf(error)}`,
    );
    return [];
  }
}

/** Fetches the charts of add-ons that are installed, while the cluster is made: who needs one waits for it. */
function fetchCharts(config: StackConfig) {
  return perBlock(async (block): Promise<Chart> => {
    const { install, source } = config[block];
    return install ? fetchAddOn(block, source) : source;
  });
}

async function fetchAddOn(block: Block, source: ChartSource): Promise<Chart> {
  try {
    return await fetchChart(source);
  } catch (error) {
    if (error instanceof UnreachableError) {
      // The provider knows of proxies. Without any network it says what is wrong.
      return { ...source, unseen: pulumi.runtime.isDryRun() };
    }
    throw configError([`soc-agent:${block}: ${messageOf(error)}`]);
  }
}

/**
 * Looks for a Kind cluster behind an API server, whatever its context is called.
 *
 * @returns its name; `undefined` for an API server elsewhere or, as with a tunnel, of another kind
 */
async function kindClusterAt(server: string): Promise<string | undefined> {
  const port = loopbackPort(server);
  if (port === undefined) {
    return undefined;
  }
  const filter = `label=${KIND_CLUSTER_LABEL}`;
  const format = `{{.Label "${KIND_CLUSTER_LABEL}"}} {{.Ports}}`;
  try {
    const listed = await askDocker(["ps", "--filter", filter, "--format", format]);
    const node = listed.split("\n").find((line) => line.includes(`:${port}->`));
    return node?.split(" ")[0];
  } catch (error) {
    await pulumi.log.debug(`Docker could not be asked for Kind clusters: ${messageOf(error)}`);
    return undefined;
  }
}
