/** Pod Security Standards, as the API server judges pods by them. */
import type { Container, PodSpec } from "./pods";

/** Volume types that "restricted" allows. */
const VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

/** Those of the sysctls called safe that all supported versions of Kubernetes call so. */
const SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_syncookies",
]);

const SECCOMP = new Set(["RuntimeDefault", "Localhost"]);

/**
 * What the Pod Security Standard "restricted" has against a pod, in the names of its checks, each with
 * the container that it is about. Empty if nothing. Windows and SELinux are left out: the chart sets
 * nothing of theirs.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function restrictedViolations(pod: PodSpec): string[] {
  const context = pod.securityContext ?? {};
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [
    ...when(
      pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true,
      "hostNamespaces",
    ),
    ...(context.sysctls ?? []).flatMap(({ name }) => when(!SYSCTLS.has(name), `sysctls: ${name}`)),
    ...when(context.runAsUser === 0, "runAsUser"),
    ...(pod.volumes ?? []).flatMap(({ name, ...type }) =>
      Object.keys(type).flatMap((key) => when(!VOLUMES.has(key), `restrictedVolumes: ${name}`)),
    ),
    ...containers.flatMap((container) =>
      containerViolations(pod, container).map((check) => `${check}: ${container.name}`),
    ),
  ];
}

function containerViolations(pod: PodSpec, container: Container): string[] {
  const own = container.securityContext ?? {};
  const { add = [], drop = [] } = own.capabilities ?? {};
  const seccomp = own.seccompProfile ?? pod.securityContext?.seccompProfile;
  const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
  return [
    ...when(own.allowPrivilegeEscalation !== false, "allowPrivilegeEscalation"),
    ...when(!drop.includes("ALL"), "capabilities_restricted"),
    ...when(
      add.some((capability) => capability !== "NET_BIND_SERVICE"),
      "capabilities_baseline",
    ),
    ...when(own.privileged === true, "privileged"),
    ...when((own.procMount ?? "Default") !== "Default", "procMount"),
    ...when((own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true, "runAsNonRoot"),
    ...when(own.runAsUser === 0, "runAsUser"),
    ...when(seccomp === undefined || !SECCOMP.has(seccomp.type), "seccompProfile_restricted"),
    ...when(
      (container.ports ?? []).some(({ hostPort = 0 }) => hostPort !== 0),
      "hostPorts",
    ),
    ...when(
      probes.some((probe) => (probe?.httpGet?.host ?? "") !== ""),
      "hostProbesAndHostLifecycle",
    ),
  ];
}

function when(condition: boolean, check: string): string[] {
  return condition ? [check] : [];
}
