import type { Links } from "../config/links.js";
import type { Observability } from "../contract/responses.js";
import type { Telemetry } from "../telemetry/tracing.js";
import type { Routes } from "./route.js";

/**
 * `/api/observability`: what the dashboard may link to at present.
 *
 * @param links null where nothing is traced
 */
export function observabilityRoutes(
  routes: Routes,
  links: Links | null,
  telemetry: Pick<Telemetry, "available">,
): void {
  routes.add(
    {
      method: "GET",
      path: "/api/observability",
      summary: "Whether there is a collector of traces, and where to look at what it takes",
      allowed: ["reader"],
      answers: { 200: { description: "Links, while it answers", schema: "Observability" } },
    },
    (): Observability => {
      const { available } = telemetry;
      const { trace = null, logs = null, alerts = null } = (available ? links : null) ?? {};
      return { available, links: { trace, logs }, alerts };
    },
  );
}
