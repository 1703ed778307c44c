import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Values } from "./helm";

/** A running {@link startApiServer}. */
export interface ApiServer {
  /** Base URL, for Helm's `--kube-apiserver`. */
  readonly url: string;
  /** Stops it. */
  close(): Promise<void>;
}

/** An object that the server has. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string } & Values;
  readonly [field: string]: unknown;
}

const RESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  v1: {
    ConfigMap: "configmaps",
    Pod: "pods",
    Secret: "secrets",
    Service: "services",
    ServiceAccount: "serviceaccounts",
  },
  "apps/v1": { DaemonSet: "daemonsets", Deployment: "deployments", StatefulSet: "statefulsets" },
  "batch/v1": { Job: "jobs" },
  "rbac.authorization.k8s.io/v1": {
    ClusterRole: "clusterroles",
    ClusterRoleBinding: "clusterrolebindings",
    Role: "roles",
    RoleBinding: "rolebindings",
  },
  "autoscaling/v2": { HorizontalPodAutoscaler: "horizontalpodautoscalers" },
  "networking.k8s.io/v1": { Ingress: "ingresses", NetworkPolicy: "networkpolicies" },
  "gateway.networking.k8s.io/v1": { HTTPRoute: "httproutes" },
  "policy/v1": { PodDisruptionBudget: "poddisruptionbudgets" },
};

/**
 * Starts as much of a Kubernetes API server as a dry run of Helm needs: discovery, and some objects
 * for the templates' `lookup`. It keeps nothing; all else is 404.
 * That a real cluster behaves so is for the tests on a real cluster to show.
 *
 * @param live Objects that exist.
 */
export async function startApiServer(live: readonly LiveObject[] = []): Promise<ApiServer> {
  const answers = new Map<string, unknown>([
    ["/version", { major: "1", minor: "34", gitVersion: "v1.34.0" }],
    ["/api", { kind: "APIVersions", versions: ["v1"] }],
    ["/apis", groupList()],
    ...Object.keys(RESOURCES).map((version) => [pathOf(version), resourceList(version)] as const),
    ...live.map((object) => {
      const { apiVersion, kind, metadata } = object;
      const plural = RESOURCES[apiVersion]?.[kind];
      const at = `namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
      return [`${pathOf(apiVersion)}/${at}`, object] as const;
    }),
  ]);
  const missing = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound" };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const answer = answers.get(pathname);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { ...missing, code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathOf(groupVersion: string): string {
  return groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
}

function groupList() {
  const groups = Object.keys(RESOURCES)
    .filter((groupVersion) => groupVersion !== "v1")
    .map((groupVersion) => {
      const [name, version] = groupVersion.split("/");
      const preferredVersion = { groupVersion, version };
      return { name, versions: [preferredVersion], preferredVersion };
    });
  return { apiVersion: "v1", kind: "APIGroupList", groups };
}

function resourceList(groupVersion: string) {
  const resources = Object.entries(RESOURCES[groupVersion] ?? {}).map(([kind, name]) => ({
    name,
    kind,
    namespaced: !kind.startsWith("Cluster"),
    verbs: ["get", "list", "create", "patch"],
  }));
  return { apiVersion: "v1", kind: "APIResourceList", groupVersion, resources };
}
