/**
 * What can be wrong with a machine: one wording for the program, the preflight and the documents. The shell
 * scripts have lines of their own, which a test holds against these.
 */
import { BY_HAND } from "../config/project";
import { DOCKER, type DockerFailure } from "./docker";
import { knownFix, lastWords } from "./dockerWords";

/** Something that keeps an `up` from working. Parts of sentences, without a full stop at their end. */
export interface Fault {
  readonly what: string;
  /** What comes of it, or why it matters. */
  readonly why?: string;
  readonly fix: string;
}

/** What is wrong and why, as a part of a sentence. */
export function cause({ what, why }: Fault): string {
  return why === undefined ? what : `${what}: ${why}`;
}

/** A fault on one line. */
export function onOneLine(fault: Fault): string {
  return `${cause(fault)}. ${fault.fix}`;
}

const GIB = 2 ** 30;

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

/** No Docker engine that this user can use. Docker's own words come with it. */
export function noDocker({ reason, host, context, detail }: DockerFailure): Fault {
  const said = reason === "no-cli" ? undefined : lastWords(detail);
  const why = said !== undefined && { why: said };
  const where = host ? ` at ${host} (context "${context}")` : "";
  switch (reason) {
    case "no-cli":
      return {
        what: `no ${DOCKER} command on PATH`,
        fix: "Install Docker: https://docs.docker.com/get-docker/",
      };
    case "denied":
      return {
        what: `no permission to use Docker${where}`,
        ...why,
        fix: 'Add yourself to its group (sudo usermod -aG docker "$USER") and log in again',
      };
    case "unreachable":
      return {
        what: `no Docker engine answers${where}`,
        ...why,
        fix:
          knownFix(detail) ?? 'Start Docker, or choose another context with "docker context use"',
      };
  }
}

/** An engine of an old version. @param good major version that is worth having */
export function oldDocker(version: string, good: number): Fault {
  return {
    what: `Docker Engine ${version} is older than ${good}`,
    fix: "Update Docker: https://docs.docker.com/engine/install/",
  };
}

/** Less memory than a Kind cluster needs, both in bytes. */
export function littleMemory(has: number, needed: number): Fault {
  return {
    what: `Docker has ${gib(has)} of memory, the cluster needs ${gib(needed)}`,
    fix: "Give Docker more memory (Docker Desktop: Settings, Resources), or free some, or set fewer workers in soc-agent:cluster.kind.workers",
  };
}

/** Less free disk than images need, both in bytes. */
export function littleDisk(dir: string, free: number, needed: number): Fault {
  return {
    what: `${gib(free)} are free in ${dir}, where Docker keeps images; ${gib(needed)} are needed`,
    fix: `See what takes the space (${DOCKER} system df) and remove what is not needed, such as old images: ${DOCKER} image prune`,
  };
}

/** A kernel whose control groups are of version 1, which the kubelet of new node images refuses. */
export function oldCgroup(nodeImage: string): Fault {
  return {
    what: `Docker's kernel has control groups of version 1, and Kubernetes from 1.35 on, as in ${nodeImage}, refuses them`,
    fix: "Update the system to one with version 2 (stat -fc %T /sys/fs/cgroup says cgroup2fs), or set soc-agent:cluster.kind.nodeImage to kindest/node:v1.34.0",
  };
}

/** A kubectl that is more than one minor version from its cluster, in either direction. */
export function skewedKubectl(kubectl: string, kubernetes: string): Fault {
  const minor = kubernetes.replace(/\.\d+$/, "");
  return {
    what: `kubectl ${kubectl} is more than one minor version from Kubernetes ${kubernetes}`,
    why: "Kubernetes supports no more, and what kubectl is asked may fail",
    fix: `Put kubectl ${minor} on PATH: https://kubernetes.io/docs/tasks/tools/`,
  };
}

/** An engine on another machine: so are the ports that it publishes. @param ports those of the Kind cluster */
export function remoteDocker(host: string, ports: readonly number[]): Fault {
  const forwards = ports.map((port) => `-L ${port}:localhost:${port}`).join(" ");
  const target = host.replace(/^ssh:\/\//, "");
  return {
    what: `Docker runs elsewhere, at ${host}, and so do the Kind cluster and its ports`,
    fix: `Forward them while the cluster is used, its API server's too: ssh -N ${forwards} ${target}. Or use an engine on this machine`,
  };
}

/** A credential helper of Docker's that is not there. @param helper such as `docker-credential-desktop` */
export function noCredentialHelper(helper: string, file: string): Fault {
  return {
    what: `${file} names the credential helper ${helper}, which is not on PATH`,
    why: "builds and pulls will fail",
    fix: `Install ${helper}, or remove its line credsStore or credHelpers from ${file}`,
  };
}

/** Something that a browser may ask in place of the application. @param holder who has it */
export function busyTwin(port: number, holder: string): Fault {
  return {
    what: `port ${port} of [::1] is taken by ${holder}`,
    why: `browsers that are asked for localhost:${port} may ask there, and the cluster has 127.0.0.1 only`,
    fix: `Stop that, or open http://127.0.0.1:${port}`,
  };
}

/** A Kind cluster of the stack's name that somebody else made. */
export function foreignCluster(name: string, nodes: readonly string[], stack: string): Fault {
  return {
    what: `a Kind cluster named ${name} exists and was not made by this stack (${nodes.join(", ")})`,
    why: "it is left alone",
    fix: `Set another name: ${BY_HAND} pulumi config set --stack ${stack} --path soc-agent:cluster.kind.name other-name. Or, when nobody needs it: ${BY_HAND} kind delete cluster --name ${name}`,
  };
}

/** Nodes of the stack's Kind cluster that do not run, as after a restart of the machine. */
export function stoppedNodes(nodes: readonly string[]): Fault {
  return {
    what: `nodes of the Kind cluster are stopped: ${nodes.join(", ")}`,
    fix: `npm run up starts them. By hand: ${DOCKER} start ${nodes.join(" ")}`,
  };
}

/**
 * A port of the host that the Kind cluster is to have.
 *
 * @param key its key in `cluster.kind`
 * @param holder who has it, such as `process 4711 (nginx)`
 */
export function busyPort(key: string, port: number, holder: string, stack: string): Fault {
  const other = port + 1000 > 65_535 ? port - 1000 : port + 1000;
  return {
    what: `port ${port} is taken by ${holder}`,
    fix: `Stop that, or choose another port: ${BY_HAND} pulumi config set --stack ${stack} --path soc-agent:cluster.kind.${key} ${other}`,
  };
}

/**
 * Limits of inotify that three nodes use up.
 *
 * @param limits those that are low: what is set, and what is enough
 */
export function lowInotify(
  limits: Readonly<Record<string, { readonly has: number; readonly good: number }>>,
): Fault {
  const all = Object.entries(limits);
  const settings = all.map(([limit, { good }]) => `fs.inotify.${limit}=${good}`).join(" ");
  return {
    what: `limits of inotify are low (${all.map(([limit, { has }]) => `${limit} ${has}`).join(", ")})`,
    why: 'pods may fail with "too many open files"',
    fix: `sudo sysctl ${settings} (and the same in /etc/sysctl.d/ to keep it)`,
  };
}

/**
 * A lock on the stack's state.
 *
 * @param holder who has it; unknown where the lock's file is empty or broken
 * @param alive whether that process is still there; unknown for other machines
 */
export function lockedStack(
  stack: string,
  { holder, alive }: { holder?: { pid: number; host: string }; alive: boolean | undefined },
): Fault {
  const who = holder
    ? `locked by process ${holder.pid} on ${holder.host}${alive === false ? ", which has ended" : ""}`
    : "locked by a file that does not say who by: it is empty or broken";
  return {
    what: `stack ${stack} is ${who}`,
    fix: alive
      ? "Another run of Pulumi is at work: wait for it"
      : `npm run up removes the lock of a run that has ended on this machine. By hand, when no other run is at work: ${BY_HAND} pulumi cancel --yes --stack ${stack}`,
  };
}

/** A Kind cluster where one for production is meant. */
export function kindCluster(context: string, name: string, server: string): Fault {
  return {
    what: `the context "${context}" is the Kind cluster "${name}" at ${server}, not a cluster for production`,
    why: "nothing is deployed to it",
    fix: "Set soc-agent:cluster.existing.context to the context that is meant, or cluster.existing.allowKind to true if it is this one",
  };
}

const SET_KUBECONFIG = "Set soc-agent:cluster.existing.kubeconfig to the cluster's kubeconfig";

/** No file where a kubeconfig should be. */
export function noKubeconfig(file: string): Fault {
  return { what: `the kubeconfig ${file} does not exist`, fix: SET_KUBECONFIG };
}

/** A file that is something else. */
export function notAKubeconfig(file: string): Fault {
  return { what: `${file} is not a kubeconfig`, fix: SET_KUBECONFIG };
}

/** A context that the kubeconfig does not have. @param others those that it has */
export function noContext(file: string, name: string, others: readonly string[]): Fault {
  const names = others.join(", ");
  return {
    what: `the kubeconfig ${file} has no context "${name}", ${names ? `only: ${names}` : "nor any other"}`,
    fix: `Set soc-agent:cluster.existing.context to ${names ? "one of them" : "a context, and cluster.existing.kubeconfig to the file that has it"}`,
  };
}

/** A context whose parts are missing. @param part such as `user "admin"` */
export function incompleteContext(file: string, name: string, part: string): Fault {
  return {
    what: `the kubeconfig ${file} has a context "${name}", but no ${part}`,
    fix: "Get the kubeconfig anew",
  };
}
