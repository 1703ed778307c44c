import { randomUUID } from "node:crypto";
import * as z from "zod";
import { PAGE, TRIGGER } from "../contract/requests.js";
import { HttpError } from "../contract/problems.js";
import { wazuhSignal } from "../ingest/wazuh.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import type { ThreatService } from "../service/threatService.js";
import { StoreUnavailable, type ThreatStore } from "../store/store.js";
import { STORE_ANSWERS, type Routes } from "./route.js";

const JSON_TYPE = "application/json; charset=utf-8";

/** What the threat routes work with. */
export interface ThreatDependencies {
  readonly service: ThreatService;
  readonly store: ThreatStore;
  readonly log: Logger;
}

/** `/api/threats`: list, one, trigger, and what comes from Wazuh. */
export function threatRoutes(routes: Routes, { service, store, log }: ThreatDependencies): void {
  routes.add(
    {
      method: "GET",
      path: "/api/threats",
      summary: "The stored threats, newest first",
      query: PAGE,
      answers: {
        200: { description: "A part of the list", schema: "ThreatList" },
        ...STORE_ANSWERS,
      },
    },
    async ({ query, reply }) => {
      const threats = await store.list(query.limit, query.offset);
      const parts = threats.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
      return reply.type(JSON_TYPE).send(Buffer.concat([OPEN, ...parts, CLOSE]));
    },
  );

  routes.add(
    {
      method: "GET",
      path: "/api/threats/:id",
      summary: "One threat, by the id of its analysis",
      answers: {
        200: { description: "The threat", schema: "ThreatAnalysis" },
        404: { description: "No such threat", schema: "Error" },
        ...STORE_ANSWERS,
      },
    },
    async ({ request, reply }) => {
      const { id } = request.params as { readonly id: string };
      const threat = await store.get(id);
      if (threat === null) {
        throw new HttpError(404, "Threat not found");
      }
      return reply.type(JSON_TYPE).send(threat.json);
    },
  );

  routes.add(
    {
      method: "POST",
      path: "/api/threats/trigger",
      summary: "Makes a threat and analyses it",
      body: TRIGGER,
      answers: {
        200: {
          description: "The threat, stored and sent to all clients",
          schema: "ThreatAnalysis",
        },
        400: { description: "Unknown type or adversarial scenario", schema: "Error" },
        ...STORE_ANSWERS,
      },
    },
    async ({ body, reply }) => reply.type(JSON_TYPE).send((await service.trigger(body)).json),
  );

  routes.add(
    {
      method: "POST",
      path: "/api/threats/ingest/wazuh",
      summary: "Takes an alert of Wazuh, as it is or in the envelope of Shuffle",
      // Checked by the handler, since its errors have a form of their own.
      body: z.unknown(),
      answers: {
        202: { description: "The signal; its analysis is stored and sent", schema: "ThreatSignal" },
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
      const signal = wazuhSignal(body, randomUUID());
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

const OPEN = Buffer.from("[");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("]");
