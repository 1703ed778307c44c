/** Everything about a machine that would make `up` fail, found in one pass and each with what to do about it. */
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as semver from "semver";
import {
  dockerAdvice,
  findDocker,
  isEngine,
  KIND_CLUSTER_LABEL,
  type DockerEngine,
  type DockerFailure,
} from "../machine/docker";
import { findKindCluster, type KindClusterState } from "../machine/kindCluster";
import { isAlive, lines, run } from "./run";

const GIB = 2 ** 30;

/** Milliseconds that one question to the machine may take. */
const TIMEOUT = 10_000;

/** Oldest engine that Kind's node images start on (private cgroup namespaces). */
const DOCKER_OLDEST = "20.10.0";
/** Oldest engine that is worth recommending. */
const DOCKER_GOOD = "24.0.0";
/** Three nodes, the add-ons and the application need about this much. */
const MEMORY_LEAST = 3 * GIB;
const MEMORY_GOOD = 4 * GIB;
/** A node image, unpacked once per node, and the application's images. */
const DISK_LEAST = 10 * GIB;
/** Kind's own advice: https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files */
const INOTIFY_GOOD = { max_user_watches: 524_288, max_user_instances: 512 } as const;

type InotifyLimit = keyof typeof INOTIFY_GOOD;

/** What a stack is going to ask of the machine. */
export interface Needs {
  /** Name of the stack. */
  readonly stack: string;
  /** Problems of the stack's configuration, found while reading it. */
  readonly config: readonly string[];
  /** Whether images are built or a Kind cluster is made. */
  readonly docker: boolean;
  /** The Kind cluster to be made, if any. */
  readonly cluster?: {
    readonly name: string;
    /** Ports of the loopback interface, by the configuration key that sets them. */
    readonly ports: Readonly<Record<string, number>>;
    /** Where the stack remembers the identity of its cluster. */
    readonly identityFile: string;
  };
  /** Folder of the file backend's locks for this stack. */
  readonly locks: string;
}

/** What there is. Facts that could not be found out, or do not matter for this stack, are absent. */
export interface Facts {
  readonly needs: Needs;
  readonly docker?: DockerFailure | (DockerEngine & { readonly memory?: number });
  /** Free space where Docker keeps its data, in bytes. */
  readonly disk?: { readonly path: string; readonly free: number };
  readonly inotify?: Readonly<Record<InotifyLimit, number>>;
  readonly busyPorts: readonly BusyPort[];
  readonly cluster?: KindClusterState;
  readonly locks: readonly Lock[];
}

/** A port that something else listens on. */
export interface BusyPort {
  /** Configuration key that sets it. */
  readonly key: string;
  readonly port: number;
  /** Who listens, such as `process 4711 (nginx)`. */
  readonly holder: string;
}

/** A lock that another run of Pulumi holds, or left behind. */
export interface Lock {
  readonly pid: number;
  readonly host: string;
  /** Whether that run is still there; unknown for other machines. */
  readonly alive: boolean | undefined;
}

/** Something that is wrong, and what to do. */
export interface Problem {
  /** Errors stop `up`; with warnings it goes on. */
  readonly level: "error" | "warning";
  readonly what: string;
  readonly fix: string;
}

/** Looks at the machine. */
export async function gatherFacts(needs: Needs): Promise<Facts> {
  const locks = findLocks(needs.locks);
  const docker = needs.docker ? await findDocker() : undefined;
  if (!docker || !isEngine(docker)) {
    return { needs, ...(docker && { docker }), busyPorts: [], locks };
  }
  const local = docker.host.startsWith("unix://");
  const { cluster } = needs;
  const [info, state, ports] = await Promise.all([
    dockerInfo(),
    cluster && findKindCluster(cluster.name, cluster.identityFile),
    cluster && local ? findBusyPorts(cluster.ports, isOfStack(cluster)) : [],
  ]);
  // Limits and disks of this machine are the engine's only where it runs on this very kernel.
  const here = local && info?.KernelVersion === os.release();
  const disk = here && info ? freeSpace(info.DockerRootDir) : undefined;
  const inotify = here && cluster ? inotifyLimits() : undefined;
  return {
    needs,
    docker: { ...docker, ...(info && { memory: info.MemTotal }) },
    ...(disk && { disk }),
    ...(inotify && { inotify }),
    ...(state && { cluster: state }),
    busyPorts: ports,
    locks,
  };
}

/** Whether a lock is of a run that has ended: nobody will ever give it back. */
export function isLeft({ alive }: Lock): boolean {
  return alive === false;
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
    ...diskProblems(facts),
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
  const fix = `Edit Pulumi.${needs.stack}.yaml; the README lists every key.`;
  return needs.config.map((what) => ({ level: "error", what, fix }));
}

function lockProblems({ locks, needs }: Facts, before?: "up"): Problem[] {
  const held = locks.filter((lock) => before !== "up" || !isLeft(lock));
  return held.map(({ pid, host, alive }) => ({
    level: "error",
    what: `Stack ${needs.stack} is locked by process ${pid} on ${host}${alive === false ? ", which has ended" : ""}.`,
    fix: alive
      ? "Another run of Pulumi is at work: wait for it."
      : `npm run up removes the lock of a run that has ended on this machine. By hand, when no other run is at work: pulumi cancel --yes --stack ${needs.stack}`,
  }));
}

function dockerProblems({ docker, needs }: Facts): Problem[] {
  if (!docker) {
    return [];
  }
  if (!isEngine(docker)) {
    const advice = dockerAdvice(docker);
    const [what, ...fix] = advice.split(". ");
    return [{ level: "error", what: `${capital(what ?? advice)}.`, fix: `${fix.join(". ")}.` }];
  }
  const found: Problem[] = [];
  // Loose: the series before 20 had leading zeros (19.03).
  const version = semver.coerce(docker.version, { loose: true });
  if (version && semver.lt(version, DOCKER_GOOD)) {
    found.push({
      level: semver.lt(version, DOCKER_OLDEST) ? "error" : "warning",
      what: `Docker Engine ${docker.version} is older than ${semver.major(DOCKER_GOOD)}.`,
      fix: "Update Docker: https://docs.docker.com/engine/install/",
    });
  }
  if (needs.cluster && docker.memory !== undefined && docker.memory < MEMORY_GOOD) {
    found.push({
      level: docker.memory < MEMORY_LEAST ? "error" : "warning",
      what: `Docker has ${gib(docker.memory)} of memory, the cluster needs ${gib(MEMORY_GOOD)}.`,
      fix: "Give Docker more memory (Docker Desktop: Settings, Resources), or free some, or set fewer workers in soc-agent:cluster.kind.workers.",
    });
  }
  return found;
}

function diskProblems({ disk }: Facts): Problem[] {
  if (!disk || disk.free >= DISK_LEAST) {
    return [];
  }
  return [
    {
      level: "error",
      what: `${gib(disk.free)} are free in ${disk.path}, where Docker keeps images; ${gib(DISK_LEAST)} are needed.`,
      fix: "See what takes the space (docker system df) and remove what is not needed, such as old images: docker image prune",
    },
  ];
}

function clusterProblems({ cluster, needs }: Facts, before?: "up"): Problem[] {
  if (cluster?.kind === "ours" && cluster.stopped.length > 0 && before !== "up") {
    const nodes = cluster.stopped;
    return [
      {
        level: "error",
        what: `Nodes of the Kind cluster are stopped: ${nodes.join(", ")}.`,
        fix: `npm run up starts them. By hand: docker start ${nodes.join(" ")}`,
      },
    ];
  }
  if (cluster?.kind !== "foreign" || !needs.cluster) {
    return [];
  }
  const { name } = needs.cluster;
  return [
    {
      level: "error",
      what: `A Kind cluster named ${name} exists and was not made by stack ${needs.stack} (${cluster.nodes.join(", ")}).`,
      fix: `Set another name: pulumi config set --stack ${needs.stack} --path soc-agent:cluster.kind.name other-name. Or, when nobody needs it: kind delete cluster --name ${name}`,
    },
  ];
}

function portProblems({ busyPorts, needs }: Facts): Problem[] {
  return busyPorts.map(({ key, port, holder }) => ({
    level: "error",
    what: `Port ${port} is taken by ${holder}.`,
    fix: `Stop that, or choose another port: pulumi config set --stack ${needs.stack} --path soc-agent:cluster.kind.${key} ${port + 1000 > 65_535 ? port - 1000 : port + 1000}`,
  }));
}

function inotifyProblems({ inotify }: Facts): Problem[] {
  const low = (Object.keys(INOTIFY_GOOD) as InotifyLimit[]).filter(
    (limit) => inotify && inotify[limit] < INOTIFY_GOOD[limit],
  );
  if (!inotify || low.length === 0) {
    return [];
  }
  const settings = low.map((limit) => `fs.inotify.${limit}=${INOTIFY_GOOD[limit]}`).join(" ");
  return [
    {
      level: "warning",
      what: `inotify limits are low (${low.map((limit) => `${limit} ${inotify[limit]}`).join(", ")}): pods may fail with "too many open files".`,
      fix: `sudo sysctl ${settings} (and the same in /etc/sysctl.d/ to keep it)`,
    },
  ];
}

/** What `docker info` says and this file uses. */
interface DockerInfo {
  readonly MemTotal: number;
  readonly DockerRootDir: string;
  readonly KernelVersion: string;
}

async function dockerInfo(): Promise<DockerInfo | undefined> {
  const said = await output("docker", ["info", "--format", "{{json .}}"]);
  return said === "" ? undefined : (JSON.parse(said) as DockerInfo);
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

/**
 * Finds ports of the loopback interface that are taken by others than a cluster.
 *
 * @param ports ports, by configuration key
 * @param mayHold tells of a Kind cluster's name whether its containers may hold them
 */
export async function findBusyPorts(
  ports: Readonly<Record<string, number>>,
  mayHold: (cluster: string) => Promise<boolean>,
): Promise<BusyPort[]> {
  const found = await Promise.all(
    Object.entries(ports).map(async ([key, port]): Promise<BusyPort[]> => {
      const containers = await publishers(port);
      const [container] = containers;
      if (container?.cluster && (await mayHold(container.cluster))) {
        return [];
      }
      // Docker can publish a port without a socket that listens, so its own word comes first.
      if (container) {
        return [{ key, port, holder: `container ${container.name} (${container.image})` }];
      }
      return (await listensOn(port)) ? [{ key, port, holder: await holderOf(port) }] : [];
    }),
  );
  return found.flat();
}

interface Publisher {
  readonly name: string;
  readonly image: string;
  /** Kind cluster that the container belongs to; empty for others. */
  readonly cluster: string;
}

async function publishers(port: number): Promise<Publisher[]> {
  const format = `{{.Names}}\t{{.Image}}\t{{.Label "${KIND_CLUSTER_LABEL}"}}`;
  const said = await output("docker", ["ps", "--filter", `publish=${port}`, "--format", format]);
  return lines(said).map((line) => {
    const [name = "", image = "", cluster = ""] = line.split("\t");
    return { name, image, cluster };
  });
}

/**
 * Whether something listens on a port of the loopback interface. Asks twice, because macOS lets a
 * program bind 127.0.0.1 beside another one that has the same port of all interfaces.
 */
async function listensOn(port: number): Promise<boolean> {
  return (await answers(port)) || (await isTaken(port));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port, timeout: TIMEOUT });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    // Anything else, such as EACCES for a port below 1024, is no hindrance to Docker's daemon.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () =>
      server.close(() => resolve(false)),
    );
  });
}

/** Says which process listens on a TCP port, as far as this user may know. */
export async function holderOf(port: number): Promise<string> {
  const linux = fs.existsSync("/proc/net/tcp");
  const holder = linux ? linuxHolder(port) : await lsofHolder(port);
  return holder ?? "a process of another user";
}

/** Follows the port to its socket's inode, and the inode to the process that has it open. */
function linuxHolder(port: number): string | undefined {
  const socket = ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => parseListeners(fs.readFileSync(file, "utf8")))
    .find((listener) => listener.port === port);
  if (!socket) {
    return undefined;
  }
  const target = `socket:[${socket.inode}]`;
  const pid = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) => hasOpen(name, target));
  return pid ? `process ${pid} (${commandOf(pid)})` : `a process of user ${socket.uid}`;
}

/** A socket that listens. */
export interface Listener {
  readonly port: number;
  readonly uid: number;
  readonly inode: number;
}

/**
 * Reads the listening sockets out of `/proc/net/tcp` or `tcp6`.
 *
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function parseListeners(table: string): Listener[] {
  return lines(table)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A")
    .map(([, local = "", , , , , , uid, , inode]) => ({
      port: Number.parseInt(local.split(":")[1] ?? "", 16),
      uid: Number(uid),
      inode: Number(inode),
    }));
}

function hasOpen(pid: string, target: string): boolean {
  const dir = `/proc/${pid}/fd`;
  try {
    return fs.readdirSync(dir).some((fd) => linkOf(path.join(dir, fd)) === target);
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** A process's command line, cut to what is needed to recognise it. */
function commandOf(pid: string): string {
  try {
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.join(" ").trim().slice(0, 80);
  } catch {
    return "just ended";
  }
}

async function lsofHolder(port: number): Promise<string | undefined> {
  const said = await output("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const field = (name: string) =>
    lines(said)
      .find((line) => line.startsWith(name))
      ?.slice(1);
  const pid = field("p");
  return pid && `process ${pid} (${field("c") ?? "?"})`;
}

/**
 * Reads the locks of a stack in Pulumi's file backend.
 *
 * @param dir folder of the stack's locks; it need not exist
 */
export function findLocks(dir: string): Lock[] {
  if (!fs.existsSync(dir)) {
    return [];
  }
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(fs.readFileSync(path.join(dir, name), "utf8")) as LockFile)
    .map(({ pid, hostname }) => ({
      pid,
      host: hostname,
      alive: hostname === os.hostname() ? isAlive(pid) : undefined,
    }));
}

/** Written by Pulumi (pkg/backend/diy/lock.go). */
interface LockFile {
  readonly pid: number;
  readonly hostname: string;
}

/** A program's output; nothing when it is missing or fails. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const { ok, stdout } = await run(command, args, { timeout: TIMEOUT });
  return ok ? stdout : "";
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
