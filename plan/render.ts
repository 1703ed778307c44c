/**
 * The objects that a stack makes, rendered without a cluster: those of the project's own charts, and what stands
 * beside them. Two renders of the same sources are equal.
 */
import { stringify } from "yaml";
import { ADD_ONS } from "../config/addOns";
import type { StackConfig } from "../config/settings";
import { renderRelease, type Release } from "../machine/helm";
import { NAMESPACE } from "./access";
import { CHART } from "./chart";
import { kindConfig } from "./kindConfig";
import { stackNamespaces } from "./namespaces";
import { parseObjects, type KubernetesObject } from "./objects";
import { observabilityValues } from "./observability";
import { STACK_CHART, STACK_NAMESPACE } from "./pages";
import { standInNames, withSecrets } from "./secrets";
import type { PlannedStack } from "./stack";
import { dashboardUrl } from "./url";

/** The releases of the project's own charts, with stand-ins for the names of Secrets. */
export function ownReleases({ config, values, secrets }: PlannedStack): Release[] {
  const application: Release = {
    name: "soc-agent",
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
 * Renders a stack, for the Kubernetes version that it names.
 *
 * @returns a stream of YAML documents
 * @throws Error with Helm's own words, and where there is no Helm
 */
export async function renderManifest(planned: PlannedStack): Promise<string> {
  const version = kubernetesVersion(planned.config);
  const releases = ownReleases(planned).map((release) => renderRelease(release, version));
  const objects = pulumisObjects(planned).map((object) => `---\n${stringify(object)}`);
  return [...objects, ...(await Promise.all(releases))].join("");
}

/** The objects of {@link renderManifest}. */
export async function renderStack(planned: PlannedStack): Promise<KubernetesObject[]> {
  return parseObjects(await renderManifest(planned));
}
