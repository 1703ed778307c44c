/** What of an object in the cluster is not as it was made. */
import { isMap, type Values } from "../../config/values";
import type { KubernetesObject } from "../../plan/objects";
import { entriesOf, ownAlone, owns, type FieldsEntry } from "./managedFields";
import { isController, isHand, OBSERVER } from "./managers";
import { differences, pointerTo, showPath, valueAt, type Path } from "./paths";

/** An object as it was made. */
export interface Wanted {
  readonly object: KubernetesObject;
  /** Namespace that it is in, unless it names one or is of a kind that is in none. */
  readonly namespace: string;
  /** What made it, such as `release soc-agent/soc-agent`. */
  readonly madeBy: string;
  /** Name under which that writes, where the object does not tell. */
  readonly manager: string;
  /** Whether only the given fields are the stack's, in an object of somebody else. */
  readonly partial?: true;
}

/** Who set a field. */
export interface Author {
  readonly manager: string;
  /** As RFC 3339 has it. */
  readonly time?: string;
}

/** Something that is not as it was made. */
export type Finding =
  /** The object is not there. */
  | { readonly kind: "missing" }
  /** A field has another value, or none. */
  | {
      readonly kind: "changed";
      readonly path: Path;
      readonly wanted: unknown;
      readonly found: unknown;
      /** Unset where the API does not tell, as of what was taken out. */
      readonly by?: Author;
      /** Whether it is in nothing that was made, but for an autoscaler to choose. */
      readonly scaled?: true;
    }
  /** A field, or an item of a list, that somebody has put in. */
  | { readonly kind: "added"; readonly path: Path; readonly found: unknown; readonly by: Author }
  /** The API does not let it become what it was: it was deleted and is another one by the same name. */
  | { readonly kind: "refused"; readonly reason: string };

/** What a comparison of one object comes to. */
export interface Comparison {
  readonly findings: readonly Finding[];
  /** Fields that are a controller's by now, although the object was made with another value. */
  readonly controlled: readonly Path[];
}

/** Stands in for what a Secret holds. */
export const HIDDEN = "(hidden)";

/** An autoscaler's minimum of pods, by the workload that it scales. */
export type Minimum = (workload: Values) => number | undefined;

const REPLICAS: Path = ["spec", "replicas"];

/** A restart is no change of what runs (kubectl rollout restart). */
const RESTARTED: Path = [
  "spec",
  "template",
  "metadata",
  "annotations",
  "kubectl.kubernetes.io/restartedAt",
];

/**
 * Compares an object with what it was made as.
 *
 * @param live as the cluster has it, with its managed fields
 * @param answer the API's to a dry run of a server-side apply of what was made, by {@link OBSERVER}: so what the API
 *   itself fills in is the same on both sides
 * @param minimum of the autoscaler of this object, if it has one
 */
export function compare(
  { partial }: Pick<Wanted, "partial">,
  live: Values,
  answer: Values,
  minimum?: number,
): Comparison {
  const entries = entriesOf(live).filter(({ subresource }) => subresource !== "status");
  const all = differences(comparable(answer), comparable(live));
  const scaled = showPath(REPLICAS);
  const isScaled = ({ path }: { readonly path: Path }) =>
    minimum !== undefined && showPath(path) === scaled;
  const controlled = all.filter(
    (difference) =>
      isScaled(difference) || ownersOf(difference.path, entries, live).some(isController),
  );
  const changed = all
    .filter((difference) => !controlled.includes(difference))
    .map((difference): Finding => {
      const owners = ownersOf(difference.path, entries, live);
      // Who has the whole that something was taken out of, has taken it, unless it is the maker.
      const by = newest(difference.found === undefined ? owners.filter(isHand) : owners);
      return { kind: "changed", ...difference, ...(by && { by }) };
    });
  const added = partial ? [] : additions(entries, live, answer).filter((one) => !isScaled(one));
  const findings = [...changed, ...added, ...asleep(live, entries, minimum)];
  return {
    findings: live["kind"] === "Secret" ? findings.map(hide) : findings,
    controlled: controlled.map(({ path }) => path),
  };
}

/** An autoscaler lets a workload alone that somebody has scaled to nothing; any other number is its own to choose. */
function asleep(live: Values, entries: readonly FieldsEntry[], minimum?: number): Finding[] {
  const found = valueAt(live, REPLICAS);
  if (minimum === undefined || minimum === 0 || found !== 0) {
    return [];
  }
  const by = newest(ownersOf(REPLICAS, entries, live));
  const finding = { kind: "changed", path: REPLICAS, wanted: minimum, found } as const;
  return [{ ...finding, scaled: true, ...(by && { by }) }];
}

function additions(
  entries: readonly FieldsEntry[],
  live: Values,
  answer: Values,
): Extract<Finding, { kind: "added" }>[] {
  const made = entriesOf(answer).filter(({ manager }) => manager === OBSERVER);
  const others = [...made, ...entries.filter((entry) => !isHand(entry))];
  const found = entries.filter(isHand).flatMap((entry) =>
    ownAlone(entry, live, others).map((path) => {
      const by = authorOf(entry);
      return { kind: "added", path, found: valueAt(live, path), by } as const;
    }),
  );
  const byPlace = new Map(found.map((one) => [pointerTo(live, one.path)?.join("\0"), one]));
  return [...byPlace.values()].filter(({ path }) => showPath(path) !== showPath(RESTARTED));
}

/**
 * The additions that stay away once they are taken out: what the API fills in again was a default.
 *
 * @param taken the API's answer to a dry run of taking all of them out
 */
export function lasting(findings: readonly Finding[], taken: Values): Finding[] {
  return findings.filter(
    (finding) => finding.kind !== "added" || valueAt(taken, finding.path) === undefined,
  );
}

/** What of an object is compared: not what the API server and controllers keep in it about themselves. */
function comparable({ metadata, ...object }: Values): Values {
  const { labels, annotations, ownerReferences, finalizers } = isMap(metadata) ? metadata : {};
  const { status: _, ...rest } = object;
  return { ...rest, metadata: { labels, annotations, ownerReferences, finalizers } };
}

function ownersOf(path: Path, entries: readonly FieldsEntry[], live: Values): FieldsEntry[] {
  return entries.filter((entry) => owns(entry, live, path));
}

/** Who wrote last, a hand before all others. */
function newest(entries: readonly FieldsEntry[]): Author | undefined {
  const hands = entries.filter(isHand);
  const [last] = [...(hands.length > 0 ? hands : entries)].sort((one, other) =>
    (other.time ?? "").localeCompare(one.time ?? ""),
  );
  return last && authorOf(last);
}

function authorOf({ manager, time }: FieldsEntry): Author {
  return { manager, ...(time !== undefined && { time }) };
}

/** A finding in a Secret, of which only labels are nobody's secret. */
function hide(finding: Finding): Finding {
  const open = "path" in finding && showPath(finding.path).startsWith("metadata.labels");
  switch (finding.kind) {
    case "changed": {
      const hidden = (value: unknown) => (value === undefined || open ? value : HIDDEN);
      return { ...finding, wanted: hidden(finding.wanted), found: hidden(finding.found) };
    }
    case "added":
      return open ? finding : { ...finding, found: HIDDEN };
    default:
      return finding;
  }
}

/** Reads autoscalers. @param objects of any kind, as the cluster has them */
export function minimumOf(objects: readonly Values[]): Minimum {
  const minimums = new Map(
    objects
      .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
      .map((scaler) => {
        const target = valueAt(scaler, ["spec", "scaleTargetRef"]);
        const { kind, name } = isMap(target) ? target : {};
        const key = [valueAt(scaler, ["metadata", "namespace"]), kind, name].join("/");
        return [key, Number(valueAt(scaler, ["spec", "minReplicas"]) ?? 1)] as const;
      }),
  );
  return (workload) => {
    const name = [["metadata", "namespace"], ["kind"], ["metadata", "name"]];
    return minimums.get(name.map((path) => valueAt(workload, path)).join("/"));
  };
}
