/** Looks at everything about a machine that can make `up` fail, in one pass. */
import * as fs from "node:fs";
import * as os from "node:os";
import type { StackConfig } from "../../config/settings";
import {
  ANSWER,
  findDocker,
  isEngine,
  type DockerEngine,
  type DockerFailure,
  tryDocker,
} from "../../machine/docker";
import type { Fault } from "../../machine/faults";
import { secretFaults, secretParts } from "../../machine/imageBuild";
import { findKindCluster, type KindClusterState } from "../../machine/kindCluster";
import type { Found } from "../tools/find";
import { findLocks, type Lock } from "./locks";
import {
  foreignBuilder,
  imagesFolder,
  missingHelpers,
  unreachableProxies,
  type Builder,
  type DataFolders,
  type Helpers,
  type UnreachableProxy,
} from "./dockerSetup";
import { hiddenFolders } from "./hiddenFolders";
import { findBusyPorts, type BusyPort } from "./ports";

/** A limit of the kernel, by its name under `/proc/sys/fs/inotify`. */
export type InotifyLimit = "max_user_watches" | "max_user_instances";

/** What a stack is going to ask of the machine. */
export interface Needs {
  /** Name of the stack. */
  readonly stack: string;
  /** Problems of the stack's configuration, found while reading it. */
  readonly config: readonly string[];
  /** Version of the cluster's Kubernetes, where the stack file names it. */
  readonly kubernetes?: string;
  /** Whether images are built or a Kind cluster is made. */
  readonly docker: boolean;
  /** The Kind cluster to be made, if any. */
  readonly cluster?: {
    readonly name: string;
    /** Ports of the loopback interface, by the configuration key that sets them. */
    readonly ports: Readonly<Record<string, number>>;
    readonly nodeImage: string;
    /** Where the stack remembers the identity of its cluster. */
    readonly identityFile: string;
  };
  /** Where the images come from; unknown where the configuration has problems. */
  readonly images?: StackConfig["images"];
  /** Folder of the file backend's locks for this stack. */
  readonly locks: string;
}

/** What there is. Facts that could not be found out, or do not matter for this stack, are absent. */
export interface Facts {
  readonly needs: Needs;
  /** Version of kubectl. */
  readonly kubectl?: string;
  readonly docker?: DockerFailure | (DockerEngine & { readonly memory?: number });
  /** Free space where Docker keeps its images, in bytes. */
  readonly disk?: { readonly path: string; readonly free: number };
  /** Version of the control groups of the engine's kernel, `1` or `2`. */
  readonly cgroup?: string;
  /** The builder that `docker build` uses, where it is not the engine's own. */
  readonly builder?: Builder;
  /** Credential helpers that Docker's configuration names and that are not there. */
  readonly helpers?: Helpers;
  /** Folders that Docker's CLI does not see. */
  readonly hidden?: readonly string[];
  /** What keeps images from being built with their secrets. */
  readonly secrets?: readonly Fault[];
  /** Proxies of builds and of the cluster's nodes that these cannot reach. */
  readonly proxies?: readonly UnreachableProxy[];
  readonly inotify?: Readonly<Record<InotifyLimit, number>>;
  readonly busyPorts: readonly BusyPort[];
  readonly cluster?: KindClusterState;
  readonly locks: readonly Lock[];
}

/**
 * Looks at the machine.
 *
 * @param tools those that were found on it
 * @param before what is about to be done: `up` gives Docker's CLI files for builds with secrets only
 */
export async function gatherFacts(
  needs: Needs,
  tools: readonly Found[] = [],
  before?: "up",
): Promise<Facts> {
  const locks = findLocks(needs.locks);
  const kubectl = tools.find(({ tool }) => tool.name === "kubectl")?.version;
  const known = { needs, locks, ...(kubectl && { kubectl }) };
  const docker = needs.docker ? await findDocker() : undefined;
  if (!docker || !isEngine(docker)) {
    return { ...known, ...(docker && { docker }), busyPorts: [] };
  }
  const local = docker.host.startsWith("unix://");
  const { cluster } = needs;
  const givesFiles = before !== "up" || (needs.images && secretParts(needs.images).length > 0);
  const [info, state, ports, builder, hidden, secrets] = await Promise.all([
    dockerInfo(),
    cluster && findKindCluster(cluster.name, cluster.identityFile),
    cluster && local ? findBusyPorts(cluster.ports, isOfStack(cluster)) : [],
    foreignBuilder(),
    givesFiles ? hiddenFolders() : [],
    needs.images && secretFaults(needs.images),
  ]);
  // Limits and disks of this machine are the engine's only where it runs on this very kernel.
  const here = local && info?.KernelVersion === os.release();
  const disk = here && info ? freeSpace(imagesFolder(info)) : undefined;
  const inotify = here && cluster ? inotifyLimits() : undefined;
  return {
    ...known,
    docker: { ...docker, ...(info && { memory: info.MemTotal }) },
    ...(disk && { disk }),
    ...(inotify && { inotify }),
    ...(info?.CgroupVersion && { cgroup: info.CgroupVersion }),
    ...(builder && { builder }),
    hidden,
    helpers: missingHelpers(),
    ...(secrets && { secrets }),
    proxies: unreachableProxies(docker.host, cluster !== undefined),
    ...(state && { cluster: state }),
    busyPorts: ports,
  };
}

/** What `docker info` says and this file uses. */
interface DockerInfo extends DataFolders {
  readonly MemTotal: number;
  readonly KernelVersion: string;
  readonly CgroupVersion?: string;
}

async function dockerInfo(): Promise<DockerInfo | undefined> {
  const { ok, stdout } = await tryDocker(["info", "--format", "{{json .}}"], ANSWER);
  return ok && stdout !== "" ? (JSON.parse(stdout) as DockerInfo) : undefined;
}

/** Free space for unprivileged users; none known when the folder cannot be looked at. */
function freeSpace(dir: string): Facts["disk"] {
  try {
    const { bavail, bsize } = fs.statfsSync(dir);
    return { path: dir, free: bavail * bsize };
  } catch {
    return undefined;
  }
}

function inotifyLimits(): Facts["inotify"] {
  const read = (limit: InotifyLimit) =>
    Number(fs.readFileSync(`/proc/sys/fs/inotify/${limit}`, "utf8"));
  try {
    return {
      max_user_watches: read("max_user_watches"),
      max_user_instances: read("max_user_instances"),
    };
  } catch {
    return undefined;
  }
}

/**
 * Judges whether a Kind cluster is a stack's: the one of the name, or one of another name that the stack
 * made earlier and will delete first.
 */
function isOfStack({ name, identityFile }: NonNullable<Needs["cluster"]>) {
  return async (cluster: string): Promise<boolean> =>
    cluster === name || (await findKindCluster(cluster, identityFile)).kind === "ours";
}
