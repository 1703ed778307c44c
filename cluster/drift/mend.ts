/**
 * Makes objects again what they were made as. Not by an upgrade: that would be a revision that says nothing new, Helm 3's
 * leaves edited custom resources and added fields as they are, and hooks would run. A server-side apply of what the
 * release's record has, under the name by which its maker writes, does the same in Helm 3 and Helm 4: the one takes what
 * lives for its own whoever wrote it, and for the other it is the very request that its upgrade would send. The record
 * stays as it is, and so does Pulumi's state.
 */
import type { Values } from "../../config/values";
import { messageIn, type Api, type ApiRequest } from "../../machine/apiServer";
import { objectName } from "../../plan/objects";
import type { Finding } from "./compare";
import { APPLY, JSON_PATCH, removals, toPointer, type Drifted } from "./look";
import { entriesOf } from "./managedFields";
import { isMaker } from "./managers";
import { pointerTo, valueAt, without } from "./paths";

/** An object that could not be mended, and why. */
export interface Unmended {
  readonly what: string;
  readonly reason: string;
}

/**
 * Mends objects one after the other, in the order in which they were made: what an object needs comes before it.
 *
 * @returns those that could not be
 * @throws Error when the cluster does not answer
 */
export async function mendDrift(api: Api, all: readonly Drifted[]): Promise<Unmended[]> {
  const unmended: Unmended[] = [];
  for (const one of all) {
    const reason = await mend(api, one);
    if (reason !== undefined) {
      unmended.push({ what: objectName(one.wanted.object), reason });
    }
  }
  return unmended;
}

/** @returns why it could not be mended, if so */
async function mend(api: Api, drifted: Drifted): Promise<string | undefined> {
  const { wanted, place, findings, live } = drifted;
  const refused = findings.find(({ kind }) => kind === "refused");
  if (refused) {
    return "it is another object by the same name, which the API does not let become what it was; delete it, and npm run up makes it again";
  }
  if (place.path === "") {
    return "the cluster does not know its kind";
  }
  if (!live && wanted.partial) {
    return "it is for somebody else to make";
  }
  for (const [query, request] of requests(drifted)) {
    const { status, body } = await api(`${place.path}?${query}`, { method: "PATCH", ...request });
    if (status >= 300) {
      return messageIn(body);
    }
  }
  return undefined;
}

/** What is asked of the API to mend an object: first what is to go, then what is to be. */
export function requests({ wanted, findings, live, controlled }: Drifted): [string, ApiRequest][] {
  const manager = encodeURIComponent(managerOf(live) ?? wanted.manager);
  const operations = live ? [...removals(live, findings), ...scalings(live, findings)] : [];
  const body = without(wanted.object, controlled);
  const applied = findings.some((finding) => finding.kind !== "added" && !isScaling(finding));
  return [
    ...(operations.length > 0
      ? [single(`fieldManager=${manager}`, JSON_PATCH, [...unchangedSince(live), ...operations])]
      : []),
    ...(applied ? [single(`fieldManager=${manager}&force=true`, APPLY, body)] : []),
  ];
}

function single(query: string, type: string, body: unknown): [string, ApiRequest] {
  return [query, { type, body }];
}

/** Places in lists are those of the object that was looked at, and of no other. */
function unchangedSince(live: Values | undefined): Values[] {
  const path = ["metadata", "resourceVersion"];
  return [{ op: "test", path: toPointer(path), value: valueAt(live, path) }];
}

function scalings(live: Values, findings: readonly Finding[]): Values[] {
  return findings.flatMap((finding) => {
    const pointer = isScaling(finding) ? pointerTo(live, finding.path) : undefined;
    return pointer && isScaling(finding)
      ? [{ op: "replace", path: toPointer(pointer), value: finding.wanted }]
      : [];
  });
}

function isScaling(finding: Finding): finding is Extract<Finding, { kind: "changed" }> {
  return finding.kind === "changed" && finding.scaled === true;
}

/** The name by which an object's maker has written it: of server-side applies, before all other ways. */
function managerOf(live: Values | undefined): string | undefined {
  const makers = entriesOf(live ?? {}).filter(isMaker);
  return (makers.find(({ operation }) => operation === "Apply") ?? makers[0])?.manager;
}
