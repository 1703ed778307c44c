import { DROP_REASON } from "../contract/dropped.js";
import type { DashboardMetrics } from "../contract/responses.js";
import { EGRESS_QUERY, EGRESS_VIOLATION } from "../contract/requests.js";
import { callerOf } from "../server/login.js";
import type { AuditLog } from "../telemetry/audit.js";
import type { QuarantineFigures } from "../store/quarantine.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { ThreatFigures, ThreatStore } from "../store/store.js";
import { SMALL_BODY, STORE_ANSWERS, type Routes } from "./route.js";

const HOUR_SECONDS = 60 * 60;

/** What the operation routes work with. */
export interface OperationDependencies {
  readonly store: ThreatStore;
  readonly audit: AuditLog;
  readonly log: Logger;
}

/**
 * `/api/analytics`, `/api/egress-violations` and `/api/demo/reset`.
 *
 * @param demo whether there is the last one
 */
export function operationRoutes(
  routes: Routes,
  { store, audit, log }: OperationDependencies,
  demo: boolean,
): void {
  let refused = false;
  /** The dashboard is of the threats first: it has to do without these where Redis gives no right to their keys. */
  async function quarantineFigures(): Promise<QuarantineFigures | null> {
    try {
      const figures = await store.quarantine.figures();
      refused = false;
      return figures;
    } catch (error) {
      if (!refused) {
        log.warn(errorFields(error), "Figures of the quarantine not read");
      }
      refused = true;
      return null;
    }
  }

  routes.add(
    {
      method: "GET",
      path: "/api/analytics",
      summary: "The figures of the dashboard, over all pods",
      allowed: ["reader"],
      answers: {
        200: { description: "The figures", schema: "DashboardMetrics" },
        ...STORE_ANSWERS,
      },
    },
    async () => {
      const [figures, quarantine] = await Promise.all([store.figures(), quarantineFigures()]);
      return dashboardMetrics(figures, quarantine);
    },
  );

  routes.add(
    {
      method: "POST",
      path: "/api/egress-violations",
      summary: "Reports a blocked connection to the outside",
      allowed: ["ingest"],
      body: EGRESS_VIOLATION,
      maxBytes: SMALL_BODY,
      answers: {
        202: { description: "Taken", schema: "ViolationAccepted" },
        ...STORE_ANSWERS,
      },
    },
    async ({ body, request, reply }) => {
      const { timestamp, source_pod, attempted_destination } = body;
      await store.egress.add(body);
      log.warn({ source_pod, attempted_destination }, "Egress violation reported");
      audit.write(
        callerOf(request),
        { source_pod, attempted_destination },
        "Egress violation stored",
      );
      return reply.code(202).send({ status: "accepted", timestamp });
    },
  );

  routes.add(
    {
      method: "GET",
      path: "/api/egress-violations",
      summary: "The blocked connections of the last hour, or since a time; newest first",
      allowed: ["reader"],
      query: EGRESS_QUERY,
      answers: {
        200: { description: "The violations", schema: "Violations" },
        ...STORE_ANSWERS,
      },
    },
    async ({ query }) => {
      const now = Date.now() / 1000;
      const violations = await store.egress.newest(query.since ?? now - HOUR_SECONDS, query.limit);
      return { violations, count: violations.length, timestamp: now };
    },
  );

  if (demo) {
    routes.add(
      {
        method: "POST",
        path: "/api/demo/reset",
        summary: "Removes all threats, violations and what is in quarantine, on all pods",
        allowed: ["analyst"],
        answers: {
          200: { description: "How much that was", schema: "Reset" },
          ...STORE_ANSWERS,
        },
      },
      async ({ request }) => {
        const result = await store.reset();
        audit.write(callerOf(request), { cleared: result.cleared }, "Demo reset");
        return result;
      },
    );
  }
}

/** The figures; all but the total and what was dropped or not read are of what is stored. */
export function dashboardMetrics(
  figures: ThreatFigures,
  quarantine: QuarantineFigures | null,
): DashboardMetrics {
  const { threats, milliseconds, dropped } = figures;
  return {
    total_threats: figures.total,
    customers_affected: figures.customers,
    average_processing_time_ms: threats === 0 ? 0 : Math.floor(milliseconds / threats),
    threats_requiring_review: figures.waiting,
    threats_by_type: figures.byType,
    threats_by_severity: figures.bySeverity,
    dropped: {
      awaiting_review: sum(dropped.filter(({ kind }) => kind === "awaiting")),
      other: sum(dropped.filter(({ kind }) => kind === "other")),
      forgotten: sum(dropped.filter(({ kind }) => kind === "kept")),
      by_reason: Object.fromEntries(
        DROP_REASON.options
          .map((reason) => {
            const all = dropped.filter((drop) => drop.kind !== "kept" && drop.reason === reason);
            return [reason, sum(all)] as const;
          })
          .filter(([, times]) => times > 0),
      ),
    },
    quarantine: quarantine && {
      kept: quarantine.kept,
      fallen_out: Object.values(quarantine.fallen_out).reduce((all, times) => all + times, 0),
    },
  };
}

function sum(dropped: ThreatFigures["dropped"]): number {
  return dropped.reduce((all, { times }) => all + times, 0);
}
