/** What a stack renders to, release by release, and the text that another revision of the project hands it over as. */
import { parseObjects, type KubernetesObject } from "./objects";

/** What a stack renders to. */
export interface Rendered {
  /** Streams of YAML documents, by the release's name; under `pulumi` what Pulumi makes itself. */
  readonly manifests: Readonly<Record<string, string>>;
  /** Why releases are not among them, by name. */
  readonly unseen: Readonly<Record<string, string>>;
}

/** Under which what Pulumi makes itself stands among the releases. */
export const PULUMIS = "pulumi";

/** Comments that say whose the following documents are, and of which release there are none. */
const RELEASE = /^## release (.*)\n/m;
const UNSEEN = /^## not seen: (\S+), because (.*)$/gm;

/** A stream of YAML documents, with comments that {@link readRendered} knows. */
export function printRendered({ manifests, unseen }: Rendered): string {
  const reasons = Object.entries(unseen).map(
    ([name, why]) => `## not seen: ${name}, because ${why.replaceAll("\n", " ")}\n`,
  );
  const parts = Object.entries(manifests).map(([name, text]) => `## release ${name}\n${text}`);
  return [...reasons, ...parts].join("");
}

/** What was printed. A revision that knew of no add-ons' charts says nothing of them: then all is under `pulumi`. */
export function readRendered(text: string): Rendered {
  const [head = "", ...rest] = text.split(RELEASE);
  const named = rest.flatMap((name, at) =>
    at % 2 === 0 ? [[name, rest[at + 1] ?? ""] as const] : [],
  );
  const unseen = [...head.matchAll(UNSEEN)].map(([, name = "", why = ""]) => [name, why] as const);
  return {
    manifests: rest.length > 0 ? Object.fromEntries(named) : { [PULUMIS]: head },
    unseen: Object.fromEntries(unseen),
  };
}

/** The objects of releases, and of Pulumi. @param names all of them by default */
export function objectsIn(
  { manifests }: Rendered,
  names: readonly string[] = Object.keys(manifests),
): KubernetesObject[] {
  return names.flatMap((name) => parseObjects(manifests[name] ?? ""));
}

/** What two sides of a comparison both have seen. */
export interface SeenByBoth {
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  /** Releases that one of them has not seen, each with the reason. */
  readonly unseen: readonly string[];
}

/**
 * The objects of two sides, without those releases that one of them could not see: they would look new, or gone.
 *
 * @param addOns names of releases of upstream's charts, which older revisions do not render
 */
export function seenByBoth(
  before: Rendered,
  after: Rendered,
  addOns: readonly string[],
): SeenByBoth {
  const old = Object.keys(before.manifests).every((name) => name === PULUMIS);
  const isNew = Object.values(before.manifests).every((text) => text.trim() === "");
  const unrendered =
    old && !isNew
      ? addOns
          .filter((name) => name in after.manifests)
          .map((name) => [name, "the other revision does not render it"] as const)
      : [];
  const unseen = { ...Object.fromEntries(unrendered), ...before.unseen, ...after.unseen };
  const seen = (side: Rendered) =>
    objectsIn(
      side,
      Object.keys(side.manifests).filter((name) => !(name in unseen)),
    );
  return { before: seen(before), after: seen(after), unseen: unseenLines(unseen) };
}

/** Releases that were not looked at, each with the reason. */
export function unseenLines(unseen: Rendered["unseen"]): string[] {
  return Object.entries(unseen).map(([name, why]) => `release ${name}: ${why}`);
}
