/**
 * The objects that a stack makes, rendered without a cluster: those of its charts, and what stands beside them. Two
 * renders of the same sources are equal.
 */
import { stringify } from "yaml";
import { ADD_ONS, addOnOf, rowOf, wantedBlocks, type ChartSource } from "../config/addOns";
import type { StackConfig } from "../config/settings";
import { chartAtHand } from "../machine/charts";
import { renderRelease, type Release } from "../machine/helm";
import { messageOf } from "../machine/run";
import { APPLICATION, NAMESPACE } from "./access";
import { addOnValues, isUpstream } from "./addOnValues";
import { CHART } from "./chart";
import { kindConfig } from "./kindConfig";
import { stackNamespaces } from "./namespaces";
import type { KubernetesObject } from "./objects";
import { observabilityValues } from "./observability";
import { STACK_CHART, STACK_NAMESPACE } from "./pages";
import { objectsIn, PULUMIS, type Rendered } from "./rendered";
import { standInNames, withSecrets } from "./secrets";
import type { PlannedStack } from "./stack";
import { dashboardUrl } from "./url";

/** The releases of the project's own charts, with stand-ins for the names of Secrets. */
export function ownReleases({ config, values, secrets }: PlannedStack): Release[] {
  const application: Release = {
    name: APPLICATION,
    namespace: NAMESPACE,
    chart: CHART,
    values: withSecrets(values, standInNames(values, secrets, config.auth)),
  };
  const observability: Release = {
    name: ADD_ONS.observability.block,
    namespace: STACK_NAMESPACE,
    chart: STACK_CHART,
    values: observabilityValues(config, values, dashboardUrl(config, values)),
  };
  return config.observability.install ? [application, observability] : [application];
}

/** A release of an upstream's chart, which may not be here. */
export interface AddOnRelease extends Omit<Release, "chart"> {
  readonly source: ChartSource;
}

/** The releases of upstream's charts. */
export function addOnReleases(config: StackConfig): AddOnRelease[] {
  return wantedBlocks(config).flatMap((block) => {
    const name = addOnOf(block, config);
    return isUpstream(name)
      ? [
          {
            name,
            namespace: rowOf(name).namespace,
            source: config[block].source,
            values: addOnValues(name, config),
          },
        ]
      : [];
  });
}

/** The Kubernetes version that a stack names: its node image's on Kind, else `cluster.existing.kubernetesVersion`. */
export function kubernetesVersion({ cluster }: Pick<StackConfig, "cluster">): string | undefined {
  return cluster.kind === "existing"
    ? cluster.kubernetesVersion
    : /:v?(\d+\.\d+\.\d+)/.exec(cluster.nodeImage)?.[1];
}

/** What Pulumi makes itself: the Kind cluster, as Kind's own configuration has it, and the namespaces. */
export function pulumisObjects({ stack, config }: PlannedStack): KubernetesObject[] {
  const { cluster } = config;
  const kind =
    cluster.kind === "kind"
      ? [{ ...kindConfig(cluster, "stand-in"), metadata: { name: cluster.name } }]
      : [];
  const namespaces = Object.entries(stackNamespaces(stack, config)).map(([name, labels]) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
  }));
  return [...kind, ...namespaces];
}

/**
 * Renders releases of upstream's charts. One whose chart is not to be had, or does not render, is left out, with the
 * reason; a chart that is not here yet is downloaded.
 */
export async function renderAddOns(
  releases: readonly AddOnRelease[],
  render: (release: Release) => Promise<string>,
): Promise<Rendered> {
  const all = await Promise.all(
    releases.map(async ({ source, ...release }) => {
      try {
        const chart = await chartAtHand(source);
        return { manifests: [[release.name, await render({ ...release, chart })] as const] };
      } catch (error) {
        return { unseen: [[release.name, messageOf(error)] as const] };
      }
    }),
  );
  return {
    manifests: Object.fromEntries(all.flatMap(({ manifests = [] }) => manifests)),
    unseen: Object.fromEntries(all.flatMap(({ unseen = [] }) => unseen)),
  };
}

/**
 * Renders a stack, for the Kubernetes version that it names; add-ons as {@link renderAddOns} does.
 *
 * @throws Error with Helm's own words, and where there is no Helm
 */
export async function renderReleases(planned: PlannedStack): Promise<Rendered> {
  const version = kubernetesVersion(planned.config);
  const render = (release: Release) => renderRelease(release, version);
  const pulumis = pulumisObjects(planned).map((object) => `---\n${stringify(object)}`);
  const [own, addOns] = await Promise.all([
    Promise.all(ownReleases(planned).map(async (one) => [one.name, await render(one)] as const)),
    renderAddOns(addOnReleases(planned.config), render),
  ]);
  return {
    manifests: { [PULUMIS]: pulumis.join(""), ...Object.fromEntries(own), ...addOns.manifests },
    unseen: addOns.unseen,
  };
}

/** The objects of {@link renderReleases}. */
export async function renderStack(planned: PlannedStack): Promise<KubernetesObject[]> {
  return objectsIn(await renderReleases(planned));
}
