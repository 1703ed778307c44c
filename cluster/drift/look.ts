/** Holds what a stack made against what its cluster has. Nothing is written. */
import type { Values } from "../../config/values";
import { messageIn, type Api, type ApiAnswer } from "../../machine/apiServer";
import { objectName } from "../../plan/objects";
import { compare, lasting, minimumOf, type Finding, type Minimum, type Wanted } from "./compare";
import { OBSERVER } from "./managers";
import { pointerTo, type Path } from "./paths";
import { locate, type Place } from "./resources";

/** An object that is not as it was made. */
export interface Drifted {
  readonly wanted: Wanted;
  readonly findings: readonly Finding[];
  readonly place: Place;
  /** As the cluster has it; unset when it is not there. */
  readonly live?: Values;
  /** See {@link Comparison}. */
  readonly controlled: readonly Path[];
}

/** What could not be compared, and why. */
export interface Unseen {
  readonly what: string;
  readonly reason: string;
}

/** What a look at a cluster came to. */
export interface Drift {
  /** How many objects were looked at. */
  readonly count: number;
  readonly drifted: readonly Drifted[];
  readonly unseen: readonly Unseen[];
}

/** An object, where the API has it. */
interface Placed {
  readonly wanted: Wanted;
  readonly place: Place;
}

/** How a server-side apply is sent. */
export const APPLY = "application/apply-patch+yaml";
/** How single fields are taken out or set. */
export const JSON_PATCH = "application/json-patch+json";

/**
 * Compares objects with a cluster.
 *
 * @throws Error when it does not answer
 */
export async function lookForDrift(api: Api, all: readonly Wanted[]): Promise<Drift> {
  const places = await locate(api, all);
  const placed = all.flatMap((wanted, index): Placed[] => {
    const place = places[index];
    return place ? [{ wanted: { ...wanted, object: place.object }, place }] : [];
  });
  const lives = await Promise.all(placed.map(({ place }) => api(place.path)));
  const minimum = minimumOf(lives.map(({ body }) => body));
  const seen = await Promise.all(
    placed.map(async (one, index) => {
      const { status = 0, body: live = {} } = lives[index] ?? {};
      if (status === 404) {
        return { ...one, findings: [{ kind: "missing" } as const], controlled: [] };
      }
      return status === 200 ? look(api, one, live, minimum) : unseen(one, live);
    }),
  );
  return {
    count: all.length,
    drifted: [
      ...all.filter((_, index) => places[index] === undefined).map(kindless),
      ...seen.flatMap((one) => ("findings" in one && one.findings.length > 0 ? [one] : [])),
    ],
    unseen: seen.flatMap((one) => ("reason" in one ? [one] : [])),
  };
}

/**
 * Names of the objects that are not in a cluster.
 *
 * @throws Error when it does not answer
 */
export async function missingObjects(api: Api, all: readonly Wanted[]): Promise<string[]> {
  const places = await locate(api, all);
  const answers = await Promise.all(
    places.map(async (place) => (place ? api(place.path) : undefined)),
  );
  return all.flatMap(({ object }, index) =>
    (answers[index]?.status ?? 404) === 404 ? [objectName(places[index]?.object ?? object)] : [],
  );
}

/** An object of a kind that the cluster does not know (any more). */
function kindless(wanted: Wanted): Drifted {
  const { object } = wanted;
  const place = { object, path: "", collection: "" };
  return { wanted, place, findings: [{ kind: "missing" }], controlled: [] };
}

async function look(
  api: Api,
  placed: Placed,
  live: Values,
  minimum: Minimum,
): Promise<Drifted | Unseen> {
  const { wanted, place } = placed;
  const { status, body: answer } = await dryApply(api, { ...place, object: wanted.object });
  if (status === 422) {
    const findings = [{ kind: "refused", reason: messageIn(answer) } as const];
    return { ...placed, live, findings, controlled: [] };
  }
  if (status !== 200) {
    return unseen(placed, answer);
  }
  const { findings, controlled } = compare(wanted, live, answer, minimum(live));
  return {
    ...placed,
    live,
    controlled,
    findings: await withoutDefaults(api, place, live, findings),
  };
}

/** What the API would make of an object. Nothing is written. */
export function dryApply(
  api: Api,
  { path, object }: Pick<Place, "path" | "object">,
): Promise<ApiAnswer> {
  const query = `?dryRun=All&force=true&fieldManager=${OBSERVER}`;
  return api(`${path}${query}`, { method: "PATCH", type: APPLY, body: object });
}

/** What somebody wrote who wrote a whole object may be what the API would fill in anyway. */
async function withoutDefaults(
  api: Api,
  { path }: Place,
  live: Values,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const body = removals(live, findings);
  if (body.length === 0) {
    return findings;
  }
  const query = `?dryRun=All&fieldManager=${OBSERVER}`;
  const { status, body: taken } = await api(`${path}${query}`, {
    method: "PATCH",
    type: JSON_PATCH,
    body,
  });
  return status === 200 ? lasting(findings, taken) : findings;
}

/** The operations that take additions out of an object. @param live which they are in */
export function removals(live: Values, findings: readonly Finding[]): Values[] {
  const pointers = findings
    .flatMap((finding) => (finding.kind === "added" ? [pointerTo(live, finding.path)] : []))
    .filter((pointer) => pointer !== undefined)
    // The last items of a list first: their places change when others go.
    .sort((one, other) => -compareTokens(one, other));
  return pointers.map((pointer) => ({ op: "remove", path: toPointer(pointer) }));
}

function compareTokens(one: readonly (string | number)[], other: readonly (string | number)[]) {
  const index = one.findIndex((token, at) => token !== other[at]);
  const [a, b] = [one[index], other[index]];
  return typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a ?? "").localeCompare(String(b ?? ""));
}

/** A way as JSON Patch writes it (RFC 6901). */
export function toPointer(tokens: readonly (string | number)[]): string {
  return tokens
    .map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

function unseen({ place }: Placed, answer: Values): Unseen {
  return { what: objectName(place.object), reason: messageIn(answer) };
}
