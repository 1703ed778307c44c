import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import * as z from "zod";
import { isoMicros, systemClock } from "../base/clock.js";
import { inTurn } from "../base/inTurn.js";
import { HttpError } from "../contract/problems.js";
import type { IngestReport } from "../contract/responses.js";
import type { Adapter, Reading } from "../ingest/adapter.js";
import { CLOUD_EVENT } from "../ingest/cloudEvents.js";
import { deliver, plainBody, type Content, type Line, type Posted } from "../ingest/delivery.js";
import { Refusal } from "../ingest/fields.js";
import { SOURCES } from "../ingest/sources.js";
import { parseBody } from "../server/http.js";
import { callerOf } from "../server/login.js";
import type { Taken, ThreatService } from "../service/threatService.js";
import { StoreFull, StoreUnavailable } from "../store/store.js";
import type { AuditLog } from "../telemetry/audit.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { SAVE_ANSWERS, type Route, type Routes } from "./route.js";

/** Alerts of a batch that are analysed at the same time. */
const AT_ONCE = 8;
/** Threats of a batch that its audit line names. */
const AUDITED_IDS = 10;

/** What the ingest routes work with. */
export interface IngestDependencies {
  readonly service: ThreatService;
  readonly audit: AuditLog;
  readonly log: Logger;
}

/** `/api/threats/ingest` and what is below it: what sensors send, a route for each kind. */
export function ingestRoutes(
  routes: Routes,
  { service, audit, log }: IngestDependencies,
): Promise<void> {
  return routes.withBodies(readPosted, (own) => {
    for (const [path, adapter] of Object.entries(SOURCES)) {
      own.add(describeRoute(path, adapter), async ({ body, request, reply }) => {
        const { batch, lines } = deliver(adapter, body as Posted, request.headers);
        if (batch && lines.length > 0) {
          const done: Result[] = [];
          try {
            const results = await inTurn(lines, AT_ONCE, async (line) => {
              const result = await takeLine(adapter, line, service, log);
              done.push(result);
              return result;
            });
            const report = reportOf(results);
            return reply.code(report.refused === 0 ? 202 : 207).send(report);
          } finally {
            // What was taken before a failure is stored, too.
            auditBrought(audit, request, done);
          }
        }
        const taken = await take(read(adapter, lines[0]?.content ?? NOTHING), service, log);
        auditBrought(audit, request, [taken]);
        return reply.code(202).send(taken.signal);
      });
    }
  });
}

const NOTHING = new Refusal("A JSON object is needed, or a list of some");

async function readPosted({ headers }: FastifyRequest, body: Buffer): Promise<Posted | undefined> {
  const type = headers["content-type"];
  const text = (await plainBody(body, headers["content-encoding"])).toString();
  if (text !== "" && /^\s*application\/x-ndjson\s*(;|$)/i.test(type ?? "")) {
    return { text };
  }
  const json = parseBody(type, text);
  return json === undefined ? undefined : { json };
}

function describeRoute(path: string, adapter: Adapter): Route {
  return {
    method: "POST",
    path: `/api/threats/ingest${path}`,
    summary: `Takes ${adapter.title}, or a batch of them, also in CloudEvents and compressed by gzip`,
    allowed: ["ingest"],
    // Checked by the adapter, since its errors have a form of their own.
    body: z.unknown(),
    takes: {
      "application/json": z.union([adapter.schema, z.array(z.looseObject({}))]),
      "application/x-ndjson": z.string().describe("An alert as `application/json` has it a line"),
      "application/cloudevents+json": CLOUD_EVENT,
      "application/cloudevents-batch+json": z.array(CLOUD_EVENT),
    },
    answers: {
      202: {
        description:
          "All taken: the signal, whose analysis is stored and sent, or of a batch what became of each",
        schema: "Ingested",
      },
      207: { description: "A batch of which some were refused", schema: "IngestReport" },
      400: { description: "Not the compression that the header says", schema: "Error" },
      413: { description: "Too large, or too many alerts in one body", schema: "Error" },
      415: { description: "No JSON content type, or an unknown compression", schema: "Error" },
      422: {
        description:
          "No alert that can be used; what is no JSON at all has the form of other routes",
        schema: "AlertError",
      },
      500: { description: "The analysis failed", schema: "AlertError" },
      ...SAVE_ANSWERS,
    },
  };
}

type Result = IngestReport["results"][number];

async function takeLine(
  adapter: Adapter,
  { number: line, content }: Line,
  service: ThreatService,
  log: Logger,
): Promise<Result> {
  try {
    const { status, id, count } = await take(read(adapter, content), service, log);
    return { line, status, id, message: null, field: null, count };
  } catch (error) {
    if (error instanceof HttpError) {
      const { message = "", field = null } = error.detail as { message?: string; field?: string };
      return { line, status: "refused", id: null, message, field, count: 0 };
    }
    throw error;
  }
}

function reportOf(results: readonly Result[]): IngestReport {
  return { ...countsOf(results), results };
}

function countsOf(results: readonly Pick<Result, "status">[]) {
  const count = (status: Result["status"]): number =>
    results.filter((result) => result.status === status).length;
  return {
    accepted: count("accepted"),
    duplicates: count("duplicate"),
    refused: count("refused"),
  };
}

/** One line for all that a request has brought; none where that is nothing. */
function auditBrought(
  audit: AuditLog,
  request: FastifyRequest,
  results: readonly Pick<Result, "status" | "id">[],
): void {
  const ids = results.flatMap(({ id }) => id ?? []);
  if (ids.length > 0) {
    const brought = { ...countsOf(results), threat_ids: ids.slice(0, AUDITED_IDS) };
    audit.write(callerOf(request), brought, "Threats brought");
  }
}

function read(adapter: Adapter, content: Content | Refusal): Reading {
  try {
    if (content instanceof Refusal) {
      throw content;
    }
    const { alert, event } = content;
    const receivedAt = isoMicros(systemClock());
    return adapter.read(alert, { id: randomUUID(), receivedAt, ...(event && { event }) });
  } catch (error) {
    if (error instanceof Refusal) {
      const { message, field } = error;
      throw new HttpError(422, field === undefined ? { message } : { message, field });
    }
    throw error;
  }
}

async function take(reading: Reading, service: ThreatService, log: Logger): Promise<Taken> {
  try {
    return await service.take(reading);
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreFull) {
      throw error;
    }
    log.error(errorFields(error), "Alert not analysed");
    throw new HttpError(500, { message: "The alert could not be analysed" });
  }
}
