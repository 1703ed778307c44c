/** What keeps a pod from ever becoming ready: a row for each kind of fault, and what makes it certain. */
import { PARTS } from "../../config/settings";
import { A_MOMENT, lately, partOf, type Certainty, type Seen } from "./certainty";
import { containersOf } from "../podReport";
import { ENOUGH } from "./exits";
import { refusedPull, withoutLogin } from "./pull";
import { timesOf, unscheduled, type SeenPod } from "./sight";

/** Of what is seen of a pod, the faults of one kind. */
type Row = (pod: SeenPod, seen: Seen) => readonly Certainty[];

/** A registry, or the kubelet, says that there will be no such image. */
const pull: Row = (pod, seen) =>
  containersOf(pod).flatMap(({ name, image, state }) => {
    const { reason = "" } = state?.waiting ?? {};
    const said = lately(seen, pod.metadata.uid);
    const wanted = wantedImage(pod, name) ?? image;
    const certainty = (why: string, fix: string, after = 0) => [
      {
        ...of("pull", pod, name),
        fault: { what: `pod ${pod.metadata.name} cannot have its image ${wanted}`, why, fix },
        after,
      },
    ];
    switch (reason) {
      case "InvalidImageName":
        return certainty("an image cannot be called so", "Correct its name");
      case "ErrImageNeverPull":
        // It may just be on its way to the node.
        return said.some((event) => event.reason === reason)
          ? certainty("it is not on the node", "npm run up loads it", A_MOMENT)
          : [];
      case "ErrImagePull":
      case "ImagePullBackOff": {
        // The status says it until the next try, which may be minutes away and come right.
        const failed = said.findLast(
          (event) => event.reason === "Failed" && event.message.includes(`"${wanted}"`),
        );
        const refused =
          failed && !withoutLogin(failed, said) && refusedPull(wanted, failed.message);
        return refused ? certainty(refused.why, refused.fix) : [];
      }
      default:
        return [];
    }
  });

/** As the pod names it: its status has what the node made of that. */
function wantedImage({ spec }: SeenPod, name: string): string | undefined {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(
    (container) => container.name === name,
  )?.image;
}

/** Exit codes of what the kubelet ended: by SIGKILL, and by SIGTERM before. */
const KILLED = [137, 143];

/** How often the kubelet says that it has ended a container since its startup probe had failed. */
function probeKills(pod: SeenPod, container: string, seen: Seen): number {
  return lately(seen, pod.metadata.uid)
    .filter(({ reason }) => reason === "Killing")
    .filter(({ message }) => message.startsWith(`Container ${container} failed startup probe`))
    .reduce((sum, event) => sum + timesOf(event), 0);
}

/** Whether it was the kubelet that has ended it again and again, for its startup probe. */
function killedForProbe(pod: SeenPod, container: string, seen: Seen): boolean {
  const code = seen.exits.repeated(pod.metadata.uid, container) ?? 0;
  return KILLED.includes(code) && probeKills(pod, container, seen) > 0;
}

/** It has ended in the same way again and again, by itself. */
const crash: Row = (pod, seen) =>
  containersOf(pod).flatMap(({ name, state, lastState, ready }) => {
    const code = seen.exits.repeated(pod.metadata.uid, name);
    if (code === undefined || ready || killedForProbe(pod, name, seen)) {
      return [];
    }
    const outOfMemory = (state?.terminated ?? lastState?.terminated)?.reason === "OOMKilled";
    return [
      {
        ...of("crash", pod, name),
        fault: {
          what: `container ${name} of pod ${pod.metadata.name} has ended ${ENOUGH} times, last with exit code ${code}`,
          ...(outOfMemory && { why: "it takes more memory than its limit" }),
          fix: outOfMemory
            ? `Raise ${valueOf(name, "resources.limits.memory")}`
            : "Its last log lines say why",
        },
        after: 0,
      },
    ];
  });

/** The kubelet has given it the time of its startup probe twice. Of a busy kubelet's events some may be missing. */
const closedPort: Row = (pod, seen) => {
  const events = lately(seen, pod.metadata.uid);
  const said = events.findLast(({ message }) => message.startsWith("Startup probe failed"));
  return containersOf(pod).flatMap(({ name, started }) => {
    const twice = probeKills(pod, name, seen) >= 2 || killedForProbe(pod, name, seen);
    return !twice || started === true
      ? []
      : [
          {
            ...of("probe", pod, name),
            fault: {
              what: `container ${name} of pod ${pod.metadata.name} was restarted twice for its startup probe`,
              ...(said && { why: partOf(said.message) }),
              fix: `Let it listen where the probe asks, or set ${valueOf(name, "probes.startup")}`,
            },
            after: 0,
          },
        ];
  });
};

/** The scheduler says so although all nodes are there, or the autoscaler says that no new one would do. */
const unschedulable: Row = (pod, seen) => {
  const { metadata } = pod;
  const said = unscheduled(pod);
  // A volume has a row of its own.
  if (said === undefined || /PersistentVolumeClaim/.test(said.message ?? "")) {
    return [];
  }
  const notScaled = lately(seen, metadata.uid).some(
    // After a failed try it says the same of nodes that it will try again.
    ({ reason, message }) => reason === "NotTriggerScaleUp" && !/backoff/i.test(message),
  );
  const { complete = false, leaving = true } = seen.sight.nodes ?? {};
  return notScaled || (complete && !leaving)
    ? [
        {
          ...of("schedule", pod),
          fault: {
            what: `no node takes pod ${metadata.name}`,
            ...(said.message && { why: partOf(said.message) }),
            fix: "Lower what it requests, or add nodes",
          },
          after: A_MOMENT,
        },
      ]
    : [];
};

/** Reasons of a container that waits for what is mounted. */
const STARTING = ["ContainerCreating", "PodInitializing"];

/** In what the kubelet says of a ConfigMap, a Secret or a key (kubernetes, pkg/kubelet/kubelet_pods.go). */
const ABSENT = /not found|couldn't find key|non-existent/;
/** The kubelet has not heard of it yet (kubernetes, pkg/kubelet/util/manager). */
const LATE = /failed to sync|timed out waiting/;

/** The kubelet finds no such ConfigMap, Secret or key, or may not begin the container as it is. */
const configuration: Row = (pod, seen) => {
  const { name, uid } = pod.metadata;
  const waiting = containersOf(pod).flatMap(({ state }) => state?.waiting ?? []);
  const events = lately(seen, uid);
  const certainty = (why: string, after: number): Certainty => ({
    ...of("configuration", pod, why),
    fault: {
      what: `pod ${name} cannot begin`,
      why: partOf(why),
      fix: ABSENT.test(why)
        ? "Make it, or correct its name or key in soc-agent:values"
        : "Correct the container's securityContext in soc-agent:values",
    },
    after,
  });
  const variables = waiting.flatMap(({ reason, message }) =>
    reason === "CreateContainerConfigError" &&
    message &&
    !LATE.test(message) &&
    events.some((event) => event.reason === "Failed" && event.message.includes(message))
      ? [certainty(message, A_MOMENT)]
      : [],
  );
  const mounts = waiting.some(({ reason = "" }) => STARTING.includes(reason))
    ? events
        .filter((event) => event.reason === "FailedMount" && timesOf(event) >= TRIES)
        .flatMap(({ message }) => NOT_FOUND.exec(message)?.[0] ?? [])
    : [];
  return [...variables, ...[...new Set(mounts)].map((why) => certainty(why, 0))];
};

/**
 * Tries of a mount that are no start any more: the kubelet waits twice as long each time, from half a second on, so that
 * it is the sixth after a quarter of a minute. What a namespace is given when it is made is there after one or two.
 */
const TRIES = 6;

/** In what the kubelet says of a volume (kubernetes, pkg/volume/configmap and secret). */
const NOT_FOUND = /(?:configmap|secret) "[^"]+" not found|references non-existent \w+ key: .*/;

/** Nothing will make a volume that it claims. */
const volume: Row = (pod, seen) => {
  const names = (pod.spec?.volumes ?? []).map((one) => one.persistentVolumeClaim?.claimName);
  return seen.sight.claims
    .filter(({ metadata, status }) => names.includes(metadata.name) && status?.phase === "Pending")
    .flatMap(({ metadata: { name, uid } }) =>
      lately(seen, uid)
        .filter(({ message }) => NO_VOLUME.test(message))
        .slice(-1)
        .map(({ message }) => ({
          ...of("volume", pod, name),
          fault: {
            what: `volume claim ${name} cannot be bound`,
            why: partOf(message),
            fix: "Name a storage class that the cluster has",
          },
          after: A_MOMENT,
        })),
    );
};

/** In what is said of a claim (kubernetes, pkg/controller/volume/persistentvolume). */
const NO_VOLUME = /no storage class is set|storageclass\S* .*not found/i;

/** A fault of a pod, by its kind and what of the pod it is about. */
function of(kind: string, { metadata }: SeenPod, what = ""): Pick<Certainty, "key" | "group"> {
  const owner = metadata.ownerReferences?.[0]?.uid;
  return { key: `${kind} ${metadata.uid} ${what}`, group: `${kind} ${owner} ${what}` };
}

/** Blocks of the application's values, which are called as their containers are. */
const BLOCKS: readonly string[] = [...PARTS, "redis"];

/** A value of a container's chart as people set it. */
function valueOf(container: string, key: string): string {
  return BLOCKS.includes(container) ? `soc-agent:values.${container}.${key}` : `its ${key}`;
}

export const POD_ROWS: readonly Row[] = [
  pull,
  crash,
  closedPort,
  unschedulable,
  configuration,
  volume,
];
