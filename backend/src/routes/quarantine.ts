import { HttpError } from "../contract/problems.js";
import { PAGE } from "../contract/requests.js";
import { callerOf } from "../server/login.js";
import type { ThreatStore } from "../store/store.js";
import type { AuditLog } from "../telemetry/audit.js";
import { SMALL_BODY, STORE_ANSWERS, type Routes } from "./route.js";

/** What the routes of the quarantine work with. */
export interface QuarantineDependencies {
  readonly store: Pick<ThreatStore, "quarantine">;
  readonly audit: AuditLog;
}

/** `/api/quarantine`: what came to the routes of ingest and could not be read. */
export function quarantineRoutes(routes: Routes, { store, audit }: QuarantineDependencies): void {
  routes.add(
    {
      method: "GET",
      path: "/api/quarantine",
      summary: "What was sent and could not be read, with the reason; newest first",
      allowed: ["reader"],
      query: PAGE,
      answers: {
        200: { description: "A part of it", schema: "Quarantine" },
        ...STORE_ANSWERS,
      },
    },
    ({ query }) => store.quarantine.page(query.limit, query.offset),
  );

  routes.add(
    {
      method: "DELETE",
      path: "/api/quarantine/:id",
      summary: "Removes something that could not be read",
      allowed: ["analyst"],
      maxBytes: SMALL_BODY,
      answers: {
        204: { description: "Removed" },
        404: { description: "It is not, or no longer, there", schema: "Error" },
        ...STORE_ANSWERS,
      },
    },
    async ({ request, reply }) => {
      const { id } = request.params as { readonly id: string };
      if (!(await store.quarantine.remove(id))) {
        throw new HttpError(404, "Nothing in quarantine has this id");
      }
      audit.write(callerOf(request), { quarantine_id: id }, "Removed from quarantine");
      return reply.code(204).send();
    },
  );
}
