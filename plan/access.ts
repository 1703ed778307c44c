/** How people reach what the stack has made: its address, and commands that can be pasted. */
import { ISSUER_ANNOTATION, type Issuer, type StackConfig } from "../config/settings";
import type { StackFiles } from "../machine/files";
import type { ChartOverrides } from "./chart";

/** Name of the application's release. */
export const APPLICATION = "soc-agent";

/** Namespace of the application. */
export const NAMESPACE = "soc-agent";

/** Whether the Ingress asks for its certificate where no browser's trust comes from. */
export function hasUntrustedCertificate({ ingress }: ChartOverrides): boolean {
  const staging: Issuer = "letsencrypt-staging";
  return ingress?.annotations?.[ISSUER_ANNOTATION] === staging;
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
    cluster.kind !== "existing"
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
    ...(cluster.kind !== "existing" && {
      kubeconfig: `export KUBECONFIG=$PWD/${files.kubeconfig}`,
    }),
  };
}
