/** What comes of a change of a stack's objects, beyond the objects themselves. */
import { isDeepStrictEqual } from "node:util";
import type { Difference, ObjectChange } from "./diff";
import { showPath } from "./fields";
import { refusedChange } from "./immutable";
import { POD_SECURITY } from "./namespaces";
import { objectName, type KubernetesObject } from "./objects";
import { permissionChange } from "./permissions";
import { showCpu, showMemory } from "./quantity";
import {
  containersOf,
  isLasting,
  podCount,
  templatePath,
  totals,
  valueAt,
  type Totals,
} from "./workloads";

/** How much a consequence asks of its reader, the most first: it fails or loses data, it is felt, it is good to know. */
export const WEIGHTS = ["danger", "care", "note"] as const;
export type Weight = (typeof WEIGHTS)[number];

/** Something that comes of a change. */
export interface Consequence {
  readonly weight: Weight;
  /** What happens, as a sentence without a full stop. */
  readonly text: string;
  /** What to do, likewise. */
  readonly fix?: string;
}

/** Both sides of a comparison. */
export interface Sides {
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
}

/** What comes of a difference, the heaviest first. @param sides what was compared */
export function consequences(difference: Difference, sides: Sides): Consequence[] {
  const { added, deleted, changed } = difference;
  const all = [
    ...changed.flatMap(refusals),
    ...[...deleted.map(lost), ...changed.map(replaced)].flat(),
    ...rolls(difference).map((change) => restart(change, sides)),
    ...changed.flatMap(securityLevel),
    ...[
      ...changed.map(({ before, after }) => permissionChange(before, after)),
      ...added.map((object) => permissionChange(undefined, object)),
      ...deleted.map((object) => permissionChange(object, undefined)),
    ].flatMap(permissions),
    ...imageChanges(sides),
    ...amountsAsked(sides),
  ];
  return WEIGHTS.flatMap((weight) => all.filter((one) => one.weight === weight));
}

function refusals(change: ObjectChange): Consequence[] {
  const refused = refusedChange(change);
  if (!refused) {
    return [];
  }
  const { object, fields, fix } = refused;
  const text = `Helm's upgrade fails at ${object}: ${fields.join(", ")} cannot be changed`;
  return [{ weight: "danger", text, fix }];
}

const isKindCluster = ({ apiVersion }: KubernetesObject) => apiVersion.startsWith("kind.x-k8s.io/");

/** What goes with an object that is deleted. */
function lost(object: KubernetesObject): Consequence[] {
  const name = objectName(object);
  if (object.metadata.annotations?.["helm.sh/resource-policy"] === "keep") {
    return [
      { weight: "note", text: `${name} stays in the cluster: its chart says that it is kept` },
    ];
  }
  if (isKindCluster(object)) {
    return [{ weight: "danger", text: `Kind's ${name} is deleted, with all that is in it` }];
  }
  switch (object.kind) {
    case "Namespace":
      return [
        { weight: "danger", text: `${name} is deleted, with all that is in it, volumes too` },
      ];
    case "PersistentVolumeClaim":
      return [{ weight: "danger", text: `${name} is deleted, and with it what is in the volume` }];
    default:
      return [];
  }
}

/** What Pulumi makes anew, because it cannot be changed. */
function replaced({ after, fields }: ObjectChange): Consequence[] {
  if (!isKindCluster(after)) {
    return [];
  }
  const why = fields.map(({ path }) => showPath(path)).join(", ");
  const text = `Pulumi replaces Kind's ${objectName(after)}, with all that is in it, volumes too, because of ${why}`;
  return [{ weight: "danger", text }];
}

/** The workloads whose pods are replaced. */
export function rolls({ changed }: Difference): ObjectChange[] {
  return changed.filter((change) => isLasting(change.after) && templateFields(change).length > 0);
}

function templateFields({ after, fields }: ObjectChange): ObjectChange["fields"] {
  const template = templatePath(after) ?? [];
  return fields.filter(({ path }) => isDeepStrictEqual(path.slice(0, template.length), template));
}

function restart(change: ObjectChange, { before }: Sides): Consequence {
  const { after } = change;
  const fields = templateFields(change);
  const loud = fields.filter(({ noise }) => !noise);
  const shown = loud.slice(0, 3).map(({ path }) => showPath(path));
  const why =
    loud.length === 0
      ? `only ${fields.map(({ path }) => path.at(-1)).join(", ")} changes, because what the pods read has changed`
      : shown.join(", ") + (loud.length > 3 ? ` and ${loud.length - 3} more` : "");
  return { weight: "care", text: `${objectName(after)}: ${howItRolls(change, before)} (${why})` };
}

function howItRolls({ before, after }: ObjectChange, objects: readonly KubernetesObject[]): string {
  const strategy = ["strategy", "updateStrategy"]
    .map((field) => valueAt(after, ["spec", field, "type"]))
    .find((type) => type !== undefined);
  if (strategy === "OnDelete") {
    return "its pods stay as they are until somebody deletes them";
  }
  const { least } = podCount(before, objects);
  if (after.kind === "DaemonSet") {
    return "its pod restarts on every node";
  }
  const pods = least === 1 ? "its pod restarts" : `its ${least} pods restart`;
  return strategy === "Recreate" ? `${pods}, and nothing serves between the old and the new` : pods;
}

const ENFORCE = `${POD_SECURITY}enforce`;
const LEVELS = ["privileged", "baseline", "restricted"];

function securityLevel({ before, after }: ObjectChange): Consequence[] {
  const level = ({ metadata: { labels } }: KubernetesObject) => labels?.[ENFORCE] ?? "privileged";
  const [old, now] = [level(before), level(after)];
  if (after.kind !== "Namespace" || old === now) {
    return [];
  }
  const effect =
    LEVELS.indexOf(now) < LEVELS.indexOf(old)
      ? "pods may do more there"
      : "pods that do not fit are refused when they next start";
  const text = `${objectName(after)} goes from Pod Security level ${old} to ${now}: ${effect}`;
  return [{ weight: "care", text }];
}

function permissions(change: ReturnType<typeof permissionChange>): Consequence[] {
  if (!change) {
    return [];
  }
  const { object, gained, lost } = change;
  return [
    ...(gained.length > 0
      ? [{ weight: "care", text: `${object} now allows ${gained.join("; ")}` } as const]
      : []),
    ...(lost.length > 0
      ? [{ weight: "note", text: `${object} no longer allows ${lost.join("; ")}` } as const]
      : []),
  ];
}

/** Images that come, go or change, each once for all containers. */
function imageChanges({ before, after }: Sides): Consequence[] {
  const images = (objects: readonly KubernetesObject[]) => [
    ...new Set(objects.flatMap(containersOf).map(({ image }) => image)),
  ];
  const [old, now] = [images(before), images(after)];
  const gone = old.filter((image) => !now.includes(image));
  const come = now.filter((image) => !old.includes(image));
  const repository = (image: string) => image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  const pairs = come.map((image) => {
    const from = gone.filter((one) => repository(one) === repository(image));
    return { image, from: from.length === 1 ? from[0] : undefined };
  });
  return [
    ...pairs.map(({ image, from }) => ({
      weight: "note" as const,
      text: `Image ${from === undefined ? `${image} is new` : `${from} becomes ${image}`}, ${pinning(image)}`,
    })),
    ...gone
      .filter((image) => !pairs.some(({ from }) => from === image))
      .map((image) => ({ weight: "note" as const, text: `Image ${image} is no longer used` })),
  ];
}

/** What an image's reference pins it by. */
function pinning(image: string): string {
  if (image.includes("@sha256:")) {
    return "by digest";
  }
  return /:sha-[0-9a-f]{12}$/.test(image)
    ? "by the tag of its content"
    : "by a tag that can be another image tomorrow";
}

function amountsAsked({ before, after }: Sides): Consequence[] {
  return (["least", "most"] as const)
    .map((count) => ({ count, old: totals(before, count), now: totals(after, count) }))
    .filter(({ old, now }) => !isDeepStrictEqual(old, now))
    .filter(({ count, old, now }) => count === "least" || differs(before, after, old, now))
    .map(({ count, old, now }) => ({
      weight: "note",
      text: `${count === "least" ? "All pods together" : "With as many pods as the autoscalers may make"}: ${sums(old, now)}`,
    }));
}

/** Whether autoscalers make more of it than there is at the start. */
function differs(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  old: Totals,
  now: Totals,
): boolean {
  return (
    !isDeepStrictEqual(old, totals(before, "least")) ||
    !isDeepStrictEqual(now, totals(after, "least"))
  );
}

function sums(before: Totals, after: Totals): string {
  const rows = (["requests", "limits"] as const).map((kind) => {
    const parts = [
      step("cpu", showCpu(before[kind].cpu), showCpu(after[kind].cpu)),
      step("memory", showMemory(before[kind].memory), showMemory(after[kind].memory)),
    ];
    return `${kind} ${parts.join(", ")}`;
  });
  return rows.join("; ");
}

function step(what: string, before: string, after: string): string {
  return before === after ? `${what} ${after} as before` : `${what} ${before} -> ${after}`;
}
