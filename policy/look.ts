/** Looks at a stack as the rules want it: rendered without a cluster. */
import { judge } from "../plan/rules/judge";
import type { Finding, Target } from "../plan/rules/rule";
import { kubernetesVersion, renderStack } from "../plan/render";
import { releaseInputs, type ReleaseInputs } from "../plan/releases";
import { planStack, type PlannedStack } from "../plan/stack";
import { readExemptions, readFlows } from "./agreed";

/**
 * What the rules are held against.
 *
 * @param releases as Pulumi is told of them; those of the configuration unless given
 * @throws Error with Helm's own words, and where there is no Helm
 */
export async function targetOf(
  planned: PlannedStack,
  releases: readonly ReleaseInputs[] = releaseInputs(planned.config),
): Promise<Target> {
  const { stack, config } = planned;
  const version = kubernetesVersion(config);
  const allowed = readFlows(stack);
  return {
    cluster: config.cluster,
    releases,
    objects: await renderStack(planned),
    ...(version !== undefined && { kubernetesVersion: version }),
    ...(allowed && { allowed }),
  };
}

/**
 * Holds a stack against the rules.
 *
 * @throws Error when it could not be looked at: problems of its file, of what is committed in `policy/`, or Helm's
 */
export async function judgeStack(stack: string): Promise<Finding[]> {
  return judge(await targetOf(planStack(stack)), readExemptions());
}
