/** What the machine that runs the program has: read once, before any resource is registered. */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  configError,
  refusal,
  type ChartSource,
  type ExistingSettings,
  type StackConfig,
} from "./config";
import { loopbackPort, pickContext, type KubeContext } from "./kubeconfig";
import { fetchChart, UnreachableError, type Chart } from "./machine/charts";
import {
  docker,
  dockerAdvice,
  findDocker,
  isEngine,
  KIND_CLUSTER_LABEL,
  messageOf,
  type DockerEngine,
} from "./machine/docker";
import type { StackFiles } from "./machine/files";
import {
  findKindCluster,
  foreignAdvice,
  lostNodes,
  stoppedAdvice,
  type KindClusterState,
} from "./machine/kindCluster";

/** Where the configuration names charts. */
const ADD_ONS = ["ingress", "metricsServer", "certManager"] as const;

/** The charts of add-ons, by their keys in the configuration. */
export type Charts = Readonly<Record<(typeof ADD_ONS)[number], pulumi.Input<Chart>>>;

/** What the program goes by. Absent is what a preview could not see. */
export interface Machine {
  readonly docker?: DockerEngine;
  /** What stands behind the Kind cluster's name. */
  readonly cluster?: KindClusterState;
  /** How to talk to the existing cluster. */
  readonly context?: KubeContext;
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
  const machine: { -readonly [key in keyof Machine]: Machine[key] } = { charts };

  const { cluster } = config;
  const builds = Object.values(config.images).some(({ kind }) => kind === "build");
  if (cluster.kind === "kind" || builds) {
    const finding =
      cluster.kind === "kind" ? findKindCluster(cluster.name, files.identity) : undefined;
    // Its failure counts when it is awaited: without an engine it only says less well what is wrong.
    finding?.catch(() => {});
    const engine = await findDocker();
    if (!isEngine(engine)) {
      missing(
        dockerAdvice(engine),
        "the Kind cluster, and images (those built before are shown as deleted)",
      );
    } else {
      machine.docker = engine;
      if (finding) {
        machine.cluster = await finding;
      }
    }
  }
  if (cluster.kind === "kind" && machine.cluster) {
    if (machine.cluster.kind === "foreign") {
      problems.push(foreignAdvice(cluster.name));
    }
    if (machine.cluster.kind === "ours") {
      const lost = lostNodes(cluster, machine.cluster);
      if (lost.length > 0) {
        await pulumi.log.warn(
          `Nodes of the Kind cluster are gone: ${lost.join(", ")}. The cluster is made again.`,
        );
      } else if (machine.cluster.stopped.length > 0) {
        missing(stoppedAdvice(machine.cluster.stopped), "whether the system answers");
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
        problems.push(kindAdvice(cluster.context, kindName, found.server));
      }
      machine.context = found;
    }
  }
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

/** Fetches the charts of add-ons that are installed, while the cluster is made: who needs one waits for it. */
function fetchCharts(config: StackConfig) {
  const fetching = ADD_ONS.map((key): [string, Promise<Chart>] => {
    const { install, source } = config[key];
    const chart = install ? fetchAddOn(key, source) : Promise.resolve(source);
    // An error counts for who waits.
    chart.catch(() => {});
    return [key, chart];
  });
  return Object.fromEntries(fetching) as Readonly<Record<keyof Charts, Promise<Chart>>>;
}

async function fetchAddOn(key: keyof Charts, source: ChartSource): Promise<Chart> {
  try {
    return await fetchChart(source);
  } catch (error) {
    if (error instanceof UnreachableError) {
      // The provider knows of proxies. Without any network it says what is wrong.
      return { ...source, unseen: pulumi.runtime.isDryRun() };
    }
    throw configError([`soc-agent:${key}: ${messageOf(error)}`]);
  }
}

/** What to do about a local cluster where another one is meant. */
function kindAdvice(context: string, name: string, server: string): string {
  return (
    `the context "${context}" is the Kind cluster "${name}" at ${server}, not a cluster for production: nothing is deployed to it. ` +
    `Set soc-agent:cluster.existing.context to the context that is meant, or cluster.existing.allowKind to true if it is this one`
  );
}

function readContext(settings: ExistingSettings): KubeContext | { readonly problem: string } {
  const { kubeconfig } = settings;
  return fs.existsSync(kubeconfig)
    ? pickContext(fs.readFileSync(kubeconfig, "utf8"), settings)
    : {
        problem: `the kubeconfig ${kubeconfig} does not exist. Set soc-agent:cluster.existing.kubeconfig to the cluster's kubeconfig`,
      };
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
    const listed = await docker(["ps", "--filter", filter, "--format", format]);
    const node = listed.split("\n").find((line) => line.includes(`:${port}->`));
    return node?.split(" ")[0];
  } catch (error) {
    await pulumi.log.debug(`Docker could not be asked for Kind clusters: ${messageOf(error)}`);
    return undefined;
  }
}
