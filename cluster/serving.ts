/** What keeps an application from serving although no pod of it says so: what is not there has no words. */
import type { apps, core, discovery } from "@pulumi/kubernetes/types/input";
import { withApi } from "../machine/apiServer";
import { newestRevision } from "../machine/helm";
import { kubectlCommand, kubectlFor, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { messageOf } from "../machine/run";
import { missingObjects } from "./drift/look";
import { madeByRelease } from "./drift/made";

type Item =
  | (Seen<core.v1.Service, "spec"> & { readonly kind: "Service" })
  | (Seen<apps.v1.Deployment, "spec"> & { readonly kind: "Deployment" })
  | (Seen<discovery.v1.EndpointSlice> & { readonly kind: "EndpointSlice" });

/** Label of a Service's endpoints: its name. */
const SERVICE_LABEL = "kubernetes.io/service-name";

/**
 * Says which Service has no endpoints, which Deployment is at 0, and which object of a release is missing.
 *
 * @param release in the target's namespace
 * @returns a line for each; one that says why where the cluster cannot be asked
 */
export async function servingReport(target: Target, release: string): Promise<string[]> {
  const reports = await Promise.all([
    missing(target, release).catch((error: unknown) => [messageOf(error)]),
    idle(target).catch((error: unknown) => [messageOf(error)]),
  ]);
  return reports.flat();
}

async function idle(target: Target): Promise<string[]> {
  const kinds = "services,endpointslices.discovery.k8s.io,deployments.apps";
  const items = itemsOf<Item>(await kubectlFor(target)(["get", kinds, "--output=json"]));
  return idleItems(items, kubectlCommand(target));
}

/** Services without endpoints and Deployments without pods, a line each. @param command the start of one of kubectl's */
export function idleItems(items: readonly Item[], command: string): string[] {
  const served = new Set(
    items.flatMap((item) =>
      item.kind === "EndpointSlice" &&
      item.endpoints?.some(({ conditions }) => conditions?.ready !== false)
        ? [item.metadata.labels?.[SERVICE_LABEL]]
        : [],
    ),
  );
  return items.flatMap((item) => {
    const { name } = item.metadata;
    if (item.kind === "Deployment" && item.spec.replicas === 0) {
      return [
        `Deployment ${name} is at 0 pods, as somebody has set it: ${command} scale deployment ${name} --replicas=1`,
      ];
    }
    const selector = item.kind === "Service" ? item.spec.selector : undefined;
    if (selector === undefined || served.has(name)) {
      return [];
    }
    const labels = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
    return [`Service ${name} has no endpoints: no ready pod has the labels ${labels.join(",")}`];
  });
}

/** Objects of a release, by Helm's record, that are not in the cluster. */
function missing(target: Target, name: string): Promise<string[]> {
  const { namespace = "default" } = target;
  const release = { namespace, name };
  return withApi(target, async (api) => {
    const made = await newestRevision(api, release);
    if (made === undefined) {
      return [`Release ${name} is not in namespace ${namespace}`];
    }
    const objects = await missingObjects(api, madeByRelease(release, made.manifest));
    return objects.map(
      (object) => `${object}, of release ${name}, is missing: npm run up makes it`,
    );
  });
}
