/** Judges what was found on a machine: all that would make `up` fail, each with what to do about it. */
import * as semver from "semver";
import { foreignBuilder, hiddenFolder, loopbackProxy } from "../../machine/buildFaults";
import { isEngine } from "../../machine/docker";
import {
  busyPort,
  busyTwin,
  cause,
  foreignCluster,
  littleDisk,
  littleMemory,
  lockedStack,
  lowInotify,
  noCredentialHelper,
  noDocker,
  oldCgroup,
  oldDocker,
  remoteDocker,
  skewedKubectl,
  stoppedNodes,
  type Fault,
} from "../../machine/faults";
import { foreignPlatforms } from "../../machine/nodePlatforms";
import type { Facts, InotifyLimit, Needs } from "./facts";
import { isLeft } from "./locks";

const GIB = 2 ** 30;

/** Oldest engine that Kind's node images start on (private cgroup namespaces). */
const DOCKER_OLDEST = "20.10.0";
/** Oldest engine that is worth recommending. */
const DOCKER_GOOD = "24.0.0";
/** Three nodes, the add-ons and the application need about this much. */
const MEMORY_LEAST = 3 * GIB;
const MEMORY_GOOD = 4 * GIB;
/** A node image, unpacked once per node, and the application's images. */
const DISK_LEAST = 10 * GIB;
/** What a cluster that is there already still takes: new images of the application. */
const DISK_RUNNING = 2 * GIB;
/** First Kubernetes whose kubelet refuses control groups of version 1. */
const CGROUP_2_ONLY = "1.35.0";
/** Kind's own advice: https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files */
const INOTIFY_GOOD: Readonly<Record<InotifyLimit, number>> = {
  max_user_watches: 524_288,
  max_user_instances: 512,
};

/** Something that is wrong, and what to do. */
export interface Problem {
  /** Errors stop `up`; with warnings it goes on. */
  readonly level: "error" | "warning";
  readonly what: string;
  readonly fix: string;
}

/**
 * Judges facts: every problem, errors first.
 *
 * @param before what is about to be done; `up` mends left locks and stopped nodes by itself
 */
export function problems(facts: Facts, before?: "up"): Problem[] {
  const all = [
    ...configProblems(facts),
    ...lockProblems(facts, before),
    ...dockerProblems(facts),
    ...platformProblems(facts),
    ...diskProblems(facts),
    ...cgroupProblems(facts),
    ...setupProblems(facts),
    ...kubectlProblems(facts),
    ...clusterProblems(facts, before),
    ...portProblems(facts),
    ...inotifyProblems(facts),
  ];
  return [
    ...all.filter(({ level }) => level === "error"),
    ...all.filter(({ level }) => level === "warning"),
  ];
}

function configProblems({ needs }: Facts): Problem[] {
  const fix = `Edit Pulumi.${needs.stack}.yaml; docs/configuration.md lists every key.`;
  return needs.config.map((what) => ({ level: "error", what, fix }));
}

function lockProblems({ locks, needs }: Facts, before?: "up"): Problem[] {
  const held = locks.filter((lock) => before !== "up" || !isLeft(lock));
  return held.map((lock) => problem("error", lockedStack(needs.stack, lock)));
}

function dockerProblems({ docker, needs }: Facts): Problem[] {
  if (!docker) {
    return [];
  }
  if (!isEngine(docker)) {
    return [problem("error", noDocker(docker))];
  }
  const found: Problem[] = [];
  // Loose: the series before 20 had leading zeros (19.03).
  const version = semver.coerce(docker.version, { loose: true });
  if (version && semver.lt(version, DOCKER_GOOD)) {
    const level = semver.lt(version, DOCKER_OLDEST) ? "error" : "warning";
    found.push(problem(level, oldDocker(docker.version, semver.major(DOCKER_GOOD))));
  }
  if (needs.cluster && docker.memory !== undefined && docker.memory < MEMORY_GOOD) {
    const level = docker.memory < MEMORY_LEAST ? "error" : "warning";
    found.push(problem(level, littleMemory(docker.memory, MEMORY_GOOD)));
  }
  return found;
}

/** Images that the Kind cluster could not run. */
function platformProblems({ docker, needs }: Facts): Problem[] {
  return docker && isEngine(docker) && needs.cluster && needs.images
    ? foreignPlatforms(needs.images, docker.platform).map((fault) => problem("error", fault))
    : [];
}

function diskProblems({ disk, cluster }: Facts): Problem[] {
  const needed = cluster?.kind === "ours" ? DISK_RUNNING : DISK_LEAST;
  return disk && disk.free < needed
    ? [problem("error", littleDisk(disk.path, disk.free, needed))]
    : [];
}

/** What would fail later: a build, a pull, or the way to the cluster. */
function setupProblems({
  docker,
  needs,
  builder,
  helpers,
  hidden = [],
  secrets = [],
  proxies = [],
}: Facts): Problem[] {
  const remote = docker && isEngine(docker) && docker.host.startsWith("ssh://");
  return [
    ...(remote && needs.cluster
      ? [problem("warning", remoteDocker(docker.host, Object.values(needs.cluster.ports)))]
      : []),
    ...(helpers?.missing ?? []).map((helper) =>
      problem("warning", noCredentialHelper(helper, helpers?.file ?? "")),
    ),
    ...hidden.map((folder) => problem("warning", hiddenFolder(folder))),
    ...secrets.map((fault) => problem("error", fault)),
    ...proxies.map(({ name, address, from, whose }) =>
      problem("warning", loopbackProxy(name, address, from, whose)),
    ),
    ...(builder ? [problem("warning", foreignBuilder(builder.name, builder.driver))] : []),
  ];
}

/** Version of the cluster's Kubernetes, where it is known before there is one. */
function kubernetesOf({ cluster, kubernetes }: Needs): string | undefined {
  const [, tag] = /:v?(\d+\.\d+\.\d+)/.exec(cluster?.nodeImage ?? "") ?? [];
  return tag ?? kubernetes;
}

/** Kubernetes' own rule: https://kubernetes.io/releases/version-skew-policy/#kubectl */
function kubectlProblems({ kubectl, needs }: Facts): Problem[] {
  const [own, cluster] = [semver.coerce(kubectl), semver.coerce(kubernetesOf(needs))];
  return own && cluster && Math.abs(own.minor - cluster.minor) > 1
    ? [problem("warning", skewedKubectl(own.version, cluster.version))]
    : [];
}

/** Whether the kubelet in the node image would refuse the engine's control groups. */
function refusesCgroup({ cgroup, needs }: Facts): boolean {
  const version = kubernetesOf(needs);
  return cgroup === "1" && version !== undefined && semver.gte(version, CGROUP_2_ONLY);
}

/** Whether there is an engine that runs containers and no Kind cluster. */
export function cannotRunKind(facts: Facts): boolean {
  const { docker, needs, cluster } = facts;
  if (!docker || !isEngine(docker) || !needs.cluster || cluster?.kind === "ours") {
    return false;
  }
  const version = semver.coerce(docker.version, { loose: true });
  return (
    refusesCgroup(facts) ||
    (docker.memory ?? MEMORY_LEAST) < MEMORY_LEAST ||
    (version !== null && semver.lt(version, DOCKER_OLDEST))
  );
}

function clusterProblems({ cluster, needs }: Facts, before?: "up"): Problem[] {
  if (cluster?.kind === "ours" && cluster.stopped.length > 0 && before !== "up") {
    return [problem("error", stoppedNodes(cluster.stopped))];
  }
  return cluster?.kind === "foreign" && needs.cluster
    ? [problem("error", foreignCluster(needs.cluster.name, cluster.nodes, needs.stack))]
    : [];
}

/** A cluster that is there has its own kubelet, which runs. */
function cgroupProblems(facts: Facts): Problem[] {
  const { cluster, needs } = facts;
  return refusesCgroup(facts) && cluster?.kind !== "ours"
    ? [problem("error", oldCgroup(needs.cluster?.nodeImage ?? ""))]
    : [];
}

function portProblems({ busyPorts, needs }: Facts): Problem[] {
  return busyPorts.map(({ key, port, holder, twin }) =>
    twin
      ? problem("warning", busyTwin(port, holder))
      : problem("error", busyPort(key, port, holder, needs.stack)),
  );
}

function inotifyProblems({ inotify }: Facts): Problem[] {
  const limits = (Object.keys(INOTIFY_GOOD) as InotifyLimit[]).flatMap((limit) => {
    const good = INOTIFY_GOOD[limit];
    return inotify && inotify[limit] < good
      ? [[limit, { has: inotify[limit], good }] as const]
      : [];
  });
  return limits.length > 0 ? [problem("warning", lowInotify(Object.fromEntries(limits)))] : [];
}

function problem(level: Problem["level"], fault: Fault): Problem {
  const what = cause(fault);
  return { level, what: `${what.charAt(0).toUpperCase()}${what.slice(1)}.`, fix: fault.fix };
}
