import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import * as z from "zod";
import { isoMicros, systemClock } from "../base/clock.js";
import { inTurn } from "../base/inTurn.js";
import { HttpError } from "../contract/problems.js";
import type { IngestReport } from "../contract/responses.js";
import type { Adapter, Reading } from "../ingest/adapter.js";
import { CLOUD_EVENT } from "../ingest/cloudEvents.js";
import { deliver, type Content, type Line, type Posted } from "../ingest/delivery.js";
import { Refusal } from "../ingest/fields.js";
import { SOURCES } from "../ingest/sources.js";
import { callerOf } from "../server/login.js";
import type { Quarantining } from "../service/quarantining.js";
import type { Taken, ThreatService } from "../service/threatService.js";
import { StoreFull, StoreUnavailable } from "../store/store.js";
import type { AuditLog } from "../telemetry/audit.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { problemOf, readPosted, TOO_LARGE, type Unread } from "./posted.js";
import { SAVE_ANSWERS, type Route, type Routes } from "./route.js";

/** Alerts of a batch that are analysed at the same time. */
const AT_ONCE = 8;
/** Threats of a batch that its audit line names. */
const AUDITED_IDS = 10;

/** What the ingest routes work with. */
export interface IngestDependencies {
  readonly service: ThreatService;
  readonly quarantining: Quarantining;
  readonly audit: AuditLog;
  readonly log: Logger;
}

/** `/api/threats/ingest` and what is below it: what sensors send, a route for each kind. */
export function ingestRoutes(routes: Routes, deps: IngestDependencies): Promise<void> {
  const { quarantining, audit } = deps;
  return routes.withBodies(
    readPosted,
    (own) => {
      for (const [path, adapter] of Object.entries(SOURCES)) {
        own.add(describeRoute(path, adapter), async ({ body, request, reply }) => {
          const posted = body as Posted | Unread;
          if ("problem" in posted) {
            const { problem, raw } = posted;
            quarantining.add({ source: adapter.name, line: null, ...problemOf(problem), raw });
            throw problem;
          }
          const { batch, lines } = deliver(adapter, posted, request.headers);
          if (batch && lines.length > 0) {
            const done: Result[] = [];
            try {
              const results = await inTurn(lines, AT_ONCE, async (line) => {
                const result = await takeLine(adapter, line, deps);
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
          const [only = { content: NOTHING, raw: () => posted.text }] = lines;
          const taken = await take(adapter, { ...only, number: null }, deps);
          auditBrought(audit, request, [taken]);
          return reply.code(202).send(taken.signal);
        });
      }
    },
    (status) => {
      if (status === TOO_LARGE) {
        quarantining.lose("size");
      }
    },
  );
}

const NOTHING = new Refusal("A JSON object is needed, or a list of some");

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

async function takeLine(adapter: Adapter, line: Line, deps: IngestDependencies): Promise<Result> {
  const { number } = line;
  try {
    const { status, id, count } = await take(adapter, line, deps);
    return { line: number, status, id, message: null, field: null, count };
  } catch (error) {
    if (error instanceof HttpError) {
      return { line: number, status: "refused", id: null, ...problemOf(error), count: 0 };
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

/** An alert, and its line; null of one that came alone. */
type Piece = Omit<Line, "number"> & { readonly number: number | null };

/** Takes an alert. What is refused is kept in quarantine as well. */
async function take(
  adapter: Adapter,
  { number: line, content, raw }: Piece,
  { service, quarantining, log }: IngestDependencies,
): Promise<Taken> {
  try {
    return await analyse(read(adapter, content), service, log);
  } catch (error) {
    // What the backend itself failed at could be read.
    if (error instanceof HttpError && error.statusCode < 500) {
      quarantining.add({ source: adapter.name, line, ...problemOf(error), raw });
    }
    throw error;
  }
}

async function analyse(reading: Reading, service: ThreatService, log: Logger): Promise<Taken> {
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
