/** Looks at a stack as the rules want it: rendered without a cluster. */
import { judge } from "../plan/rules/judge";
import type { Finding, Target } from "../plan/rules/rule";
import { addOnReleases, kubernetesVersion, renderReleases } from "../plan/render";
import { objectsIn, type Rendered } from "../plan/rendered";
import { releaseInputs, type ReleaseInputs } from "../plan/releases";
import { planStack, type PlannedStack } from "../plan/stack";
import { readExemptions, readFlows } from "./agreed";

/**
 * What the rules are held against.
 *
 * @param rendered what the stack renders to
 * @param releases as Pulumi is told of them; those of the configuration unless given
 */
export function targetOf(
  { stack, config }: PlannedStack,
  rendered: Rendered,
  releases: readonly ReleaseInputs[] = releaseInputs(config),
): Target {
  const version = kubernetesVersion(config);
  const allowed = readFlows(stack);
  const upstream = addOnReleases(config)
    .map(({ name }) => name)
    .filter((name) => name in rendered.manifests);
  const own = Object.keys(rendered.manifests).filter((name) => !upstream.includes(name));
  return {
    cluster: config.cluster,
    releases,
    objects: objectsIn(rendered, own),
    addOns: Object.fromEntries(upstream.map((name) => [name, objectsIn(rendered, [name])])),
    ...(version !== undefined && { kubernetesVersion: version }),
    ...(allowed && { allowed }),
  };
}

/** What the rules say of a stack. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** Releases that they were not held against, by name, with the reason. */
  readonly unseen: Rendered["unseen"];
}

/**
 * Holds a stack against the rules.
 *
 * @param rendered what it renders to
 * @param releases see {@link targetOf}
 * @throws Error when it could not be looked at: problems of what is committed in `policy/`
 */
export function judgeRendered(
  planned: PlannedStack,
  rendered: Rendered,
  releases?: readonly ReleaseInputs[],
): Verdict {
  const findings = judge(targetOf(planned, rendered, releases), readExemptions());
  return { findings, unseen: rendered.unseen };
}

/**
 * Renders a stack, and holds it against the rules.
 *
 * @throws Error when it could not be looked at: problems of its file, of what is committed in `policy/`, or Helm's
 */
export async function judgeStack(stack: string): Promise<Verdict> {
  const planned = planStack(stack);
  return judgeRendered(planned, await renderReleases(planned));
}
