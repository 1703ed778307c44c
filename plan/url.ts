/** Where the application answers its users. */
import type { StackConfig } from "../config/settings";
import { isMap } from "../config/values";

/** Of the chart's values what an address depends on. */
interface WithIngress {
  readonly ingress?: { readonly tls?: unknown };
}

/** Base URL of the dashboard, such as `http://localhost:8080`. */
export function dashboardUrl(config: StackConfig, values: WithIngress): string {
  const { cluster, ingress } = config;
  const host = ingress.host ?? "localhost";
  if (cluster.kind !== "existing") {
    return `http://${host}:${cluster.httpPort}`;
  }
  return `${servesTls(values) ? "https" : "http"}://${host}`;
}

function servesTls({ ingress }: WithIngress): boolean {
  const tls = ingress?.tls;
  return isMap(tls) ? tls.enabled !== false : Array.isArray(tls) && tls.length > 0;
}
