/** What an `up` would change in clusters: releases rendered with the cluster's answers, beside what Helm has stored. */
import { randomBytes } from "node:crypto";
import { withApi } from "../../machine/apiServer";
import { newestRevision, renderUpgrade, type Release, type ReleaseName } from "../../machine/helm";
import { messageOf } from "../../machine/run";
import { APPLICATION } from "../../plan/access";
import type { Consequence } from "../../plan/consequences";
import { asDeployed } from "../../plan/deployed";
import { addOnReleases, ownReleases, renderAddOns } from "../../plan/render";
import { objectsIn, seenByBoth, type Rendered } from "../../plan/rendered";
import type { Report, StackReport } from "../../plan/report";
import type { PlannedStack } from "../../plan/stack";
import { findStack, NothingThere, type Looked } from "../drift/look";
import { valuesOf } from "../drift/made";
import { releasesOf } from "../stackState";
import { compareSides, type Own } from "./compare";

/** How stacks are compared with their clusters. */
export interface ClusterOptions {
  /** Whether each of them has to be compared; default those that have nothing in their cluster are left out. */
  readonly all?: boolean;
  /** Finds what a stack has in its cluster; default asks Pulumi and Docker. */
  readonly find?: typeof findStack;
  /** Compares a stack with that; default asks Helm and the cluster. */
  readonly compare?: typeof compareCluster;
}

/**
 * Compares stacks with what is in their clusters. Nothing is written.
 *
 * @param own the stacks of this checkout, by name
 * @param env with the tools on PATH
 */
export async function compareClusters(
  own: ReadonlyMap<string, Promise<Own>>,
  env: NodeJS.ProcessEnv,
  { all = false, find = findStack, compare = compareCluster }: ClusterOptions = {},
): Promise<Omit<Report, "judged">> {
  const key = randomBytes(32);
  const leftOut: string[] = [];
  const stacks = [...own].map(async ([stack, rendering]): Promise<StackReport[]> => {
    try {
      const { planned } = await rendering;
      return [await compare(planned, await find(stack, env), key)];
    } catch (error) {
      if (error instanceof NothingThere && !all) {
        leftOut.push(error.message);
        return [];
      }
      return [{ stack, problem: `The cluster cannot be compared with: ${messageOf(error)}` }];
    }
  });
  const base = "what Helm has stored in the cluster";
  return { base, stacks: (await Promise.all(stacks)).flat(), leftOut };
}

async function compareCluster(
  planned: PlannedStack,
  { state, of }: Looked,
  key: Buffer,
): Promise<StackReport> {
  const resources = state.resources.filter((resource) => !resource.delete);
  const made = releasesOf(resources);
  const own = wantedOwn(planned, made, valuesOf(resources, APPLICATION));
  const addOns = addOnReleases(planned.config);
  const wanted: readonly ReleaseName[] = [...own, ...addOns];
  const names = new Map([...made, ...wanted].map((release) => [release.name, release]));
  const render = (release: Release) => renderUpgrade(release, of);
  const [stored, ours, theirs] = await Promise.all([
    withApi(of, (api) =>
      Promise.all(
        [...names.values()].map(async (release) => {
          const newest = await newestRevision(api, release);
          return [release.name, newest?.manifest] as const;
        }),
      ),
    ),
    Promise.all(own.map(async (release) => [release.name, await render(release)] as const)),
    renderAddOns(addOns, render),
  ]);
  const there = stored.flatMap(([name, manifest]) =>
    manifest === undefined ? [] : [[name, manifest] as const],
  );
  const before: Rendered = { manifests: Object.fromEntries(there), unseen: {} };
  const after: Rendered = {
    manifests: { ...Object.fromEntries(ours), ...theirs.manifests },
    unseen: theirs.unseen,
  };
  const compared = compareSides(
    seenByBoth(before, after, []),
    { stack: planned.stack, rendered: "the cluster, which answered while it was rendered" },
    key,
  );
  const come = wanted
    .filter(({ name }) => name in after.manifests && !(name in before.manifests))
    .map(({ namespace, name }): Consequence => {
      const count = objectsIn(after, [name]).length;
      const text = `Release ${namespace}/${name} is not in the cluster, and is installed: ${count} objects`;
      return { weight: "note", text };
    });
  return { ...compared, consequences: [...compared.consequences, ...come] };
}

/** The releases of the project's own charts that an update would make. */
function wantedOwn(
  planned: PlannedStack,
  made: readonly ReleaseName[],
  deployed: ReturnType<typeof valuesOf>,
): Release[] {
  const { decided } = planned.config.observability;
  return (
    ownReleases(planned)
      // What the first update decided holds.
      .filter(
        ({ name }) => name === APPLICATION || decided || made.some((one) => one.name === name),
      )
      .map((release) =>
        release.name === APPLICATION
          ? { ...release, values: asDeployed(planned, deployed) }
          : release,
      )
  );
}
