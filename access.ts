/** How people reach what the stack has made: its address, and commands that can be pasted. */
import { ISSUER_ANNOTATION, type Issuer, type StackConfig } from "./config/settings";
import { isMap, type Values } from "./config/values";
import type { StackFiles } from "./machine/files";

/** Namespace of the application. */
export const NAMESPACE = "soc-agent";

/** Base URL of the dashboard, such as `http://localhost:8080`. */
export function dashboardUrl(config: StackConfig, values: Values): string {
  const { cluster, ingress } = config;
  const host = ingress.host ?? "localhost";
  if (cluster.kind === "kind") {
    return `http://${host}:${cluster.httpPort}`;
  }
  return `${servesTls(values) ? "https" : "http"}://${host}`;
}

/** Whether the Ingress asks for its certificate where no browser's trust comes from. */
export function hasUntrustedCertificate(values: Values): boolean {
  const { annotations } = ingressOf(values);
  const staging: Issuer = "letsencrypt-staging";
  return isMap(annotations) && annotations[ISSUER_ANNOTATION] === staging;
}

function ingressOf(values: Values): Values {
  return isMap(values["ingress"]) ? values["ingress"] : {};
}

function servesTls(values: Values): boolean {
  const { tls } = ingressOf(values);
  return Array.isArray(tls) ? tls.length > 0 : isMap(tls) && tls["enabled"] !== false;
}

/**
 * The stack's outputs.
 *
 * @param url base URL of the dashboard
 * @param namespace the application's namespace
 * @param stack the stack's name
 */
export function accessOutputs(
  config: StackConfig,
  files: StackFiles,
  { url, namespace, stack }: { url: string; namespace: string; stack: string },
): Record<string, string> {
  const { cluster } = config;
  // A Kind stack's kubeconfig has one context, which starts in the namespace.
  const kubectl =
    cluster.kind === "kind"
      ? `kubectl --kubeconfig ${files.kubeconfig}`
      : `kubectl --kubeconfig ${cluster.kubeconfig} --context ${cluster.context} --namespace ${namespace}`;
  return {
    dashboard: url,
    api: `${url}/api/threats`,
    health: `curl ${url}/health`,
    pods: `${kubectl} get pods`,
    logs: `${kubectl} logs -l app=soc-backend --tail=50 -f`,
    hpa: `${kubectl} get hpa -w`,
    teardown: `pulumi destroy --stack ${stack}`,
    ...(cluster.kind === "kind" && { kubeconfig: `export KUBECONFIG=$PWD/${files.kubeconfig}` }),
  };
}
