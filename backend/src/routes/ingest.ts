import { randomUUID } from "node:crypto";
import * as z from "zod";
import { isoMicros, systemClock } from "../base/clock.js";
import { HttpError } from "../contract/problems.js";
import type { ThreatSignal } from "../contract/signal.js";
import type { Adapter } from "../ingest/adapter.js";
import { Refusal } from "../ingest/fields.js";
import { SOURCES } from "../ingest/sources.js";
import type { ThreatService } from "../service/threatService.js";
import { StoreUnavailable } from "../store/store.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { STORE_ANSWERS, type Routes } from "./route.js";

/** `/api/threats/ingest` and what is below it: what sensors send, a route for each kind. */
export function ingestRoutes(routes: Routes, service: ThreatService, log: Logger): void {
  for (const [path, adapter] of Object.entries(SOURCES)) {
    routes.add(
      {
        method: "POST",
        path: `/api/threats/ingest${path}`,
        summary: `Takes ${adapter.title}, as it is or in an envelope`,
        // Checked by the adapter, since its errors have a form of their own.
        body: z.unknown(),
        takes: { "application/json": adapter.schema },
        answers: {
          202: {
            description: "The signal; its analysis is stored and sent",
            schema: "ThreatSignal",
          },
          422: {
            description:
              "No alert that can be used; what is no JSON at all has the form of other routes",
            schema: "AlertError",
          },
          500: { description: "The analysis failed", schema: "AlertError" },
          ...STORE_ANSWERS,
        },
      },
      async ({ body, reply }) => {
        const signal = read(adapter, body);
        try {
          await service.process(signal);
        } catch (error) {
          if (error instanceof StoreUnavailable) {
            throw error;
          }
          log.error(errorFields(error), "Alert not analysed");
          throw new HttpError(500, { message: "The alert could not be analysed" });
        }
        return reply.code(202).send(signal);
      },
    );
  }
}

function read(adapter: Adapter, body: unknown): ThreatSignal {
  try {
    return adapter.read(body, randomUUID(), isoMicros(systemClock()));
  } catch (error) {
    if (error instanceof Refusal) {
      const { message, field } = error;
      throw new HttpError(422, field === undefined ? { message } : { message, field });
    }
    throw error;
  }
}
