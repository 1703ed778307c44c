/** Helm's releases in a cluster, judged against what Pulumi believes. */
import type { ReleaseName } from "../../machine/helm";
import { lines } from "../../machine/run";
import { idOf, namespacesOf, releasesOf, type State } from "../stackState";

/** A revision of a Helm release, as Helm's storage has it. */
export interface Revision extends ReleaseName {
  readonly version: number;
  readonly status: string;
}

/** What to do about a release. */
export type Cure =
  /** Nothing in the state knows it: it would be in the way of the next install. */
  | ({ readonly kind: "uninstall" } & ReleaseName)
  /** An upgrade was cut off: without its record the last good revision counts again. */
  | ({ readonly kind: "forget" } & Revision)
  /** The state has it and the cluster does not. */
  | { readonly kind: "refresh"; readonly what: string };

/**
 * Judges the releases of a cluster against a state.
 *
 * @param revisions every revision in the cluster
 * @param namespaces every namespace in the cluster
 */
export function curesFor(
  { resources, interrupted }: State,
  revisions: readonly Revision[],
  namespaces: readonly string[],
): Cure[] {
  const latest = new Map<string, Revision>();
  for (const revision of revisions) {
    const id = idOf(revision);
    if ((latest.get(id)?.version ?? 0) < revision.version) {
      latest.set(id, revision);
    }
  }
  const known = releasesOf(resources);
  const cures: Cure[] = [];
  for (const release of known) {
    const revision = latest.get(idOf(release));
    if (!revision) {
      cures.push({ kind: "refresh", what: `release ${idOf(release)}` });
    } else if (/^pending-(upgrade|rollback)$/.test(revision.status)) {
      cures.push({ kind: "forget", ...revision });
    } else if (/^(pending-install|uninstalling)$/.test(revision.status)) {
      cures.push({ kind: "uninstall", ...release });
      cures.push({ kind: "refresh", what: `release ${idOf(release)}` });
    }
  }
  const ids = new Set(known.map(idOf));
  for (const release of releasesOf(interrupted)) {
    if (!ids.has(idOf(release)) && latest.has(idOf(release))) {
      cures.push({ kind: "uninstall", ...release });
    }
  }
  for (const name of namespacesOf(resources)) {
    if (!namespaces.includes(name)) {
      cures.push({ kind: "refresh", what: `namespace ${name}` });
    }
  }
  return cures;
}

/** Reads kubectl's table of Helm's secrets, with the labels name, version and status as last columns. */
export function parseRevisions(table: string): Revision[] {
  return lines(table).map((line) => {
    const fields = line.trim().split(/\s+/);
    const [name = "", version = "", status = ""] = fields.slice(-3);
    return { namespace: fields[0] ?? "", name, version: Number(version), status };
  });
}

/** The name of the Secret in which Helm keeps a revision (helm, pkg/storage/storage.go). */
export function secretOf({ name, version }: Revision): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}
