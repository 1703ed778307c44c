import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { systemClock } from "../clock.js";
import type { Coordinator } from "../coordinator.js";
import { HttpError, parseRequest } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import { systemRandom } from "../random.js";
import type { ThreatStore } from "../store/store.js";
import { generateSignal } from "../threats/generator.js";
import type { History } from "../threats/history.js";
import { scenarioSignal } from "../threats/scenarios.js";
import { THREAT_TYPES, type ThreatSignal, type ThreatType } from "../types.js";

/** What the threat routes work with. */
export interface ThreatDependencies {
  readonly coordinator: Coordinator;
  readonly store: ThreatStore;
  readonly history: History;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const integer = (low: number, high: number, byDefault: number) =>
  z
    .preprocess(
      // Of a parameter that is given twice the last counts.
      (value) => (Array.isArray(value) ? value.at(-1) : value),
      z
        .string()
        .regex(/^\s*[+-]?\d+\s*$/)
        .transform((digits) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER))
        .pipe(z.number().min(low).max(high)),
    )
    .default(byDefault);

const PAGE = z.object({
  limit: integer(1, 100, 20),
  offset: integer(0, Number.MAX_SAFE_INTEGER, 0),
});

const TRIGGER = z.object({
  threat_type: z.string().nullish(),
  scenario: z.string().nullish(),
  adversarial_scenario: z.string().nullish(),
  adversarial_detector_enabled: z.union([z.boolean(), z.stringbool()]).nullish(),
});

/** `/api/threats`: list, one, and trigger. */
export function threatRoutes(app: FastifyInstance, deps: ThreatDependencies): void {
  const { coordinator, store, history, metrics, log } = deps;

  app.get("/api/threats", async (request) => {
    const { limit, offset } = parseRequest(PAGE, "query", request.query);
    return store.list(limit, offset);
  });

  app.get<{ Params: { id: string } }>("/api/threats/:id", async (request) => {
    const threat = await store.get(request.params.id);
    if (threat === null) {
      throw new HttpError(404, "Threat not found");
    }
    return threat;
  });

  app.post("/api/threats/trigger", async (request) => {
    const started = performance.now();
    const signal = chooseSignal(parseRequest(TRIGGER, "body", request.body));
    const threat = await coordinator.analyze(signal, history.recent());
    await store.save(threat);
    history.add(threat);
    metrics.threatProcessed(threat, (performance.now() - started) / 1000);
    log.info(
      {
        threat_id: threat.id,
        customer_name: signal.customer_name,
        threat_type: signal.threat_type,
        severity: threat.severity,
        fp_score: threat.false_positive_score?.score,
        duration_ms: Math.round(performance.now() - started),
      },
      "Threat analysed",
    );
    return threat;
  });
}

/** The most special wish counts: adversarial scenario, scenario, type, and with none a random one. */
function chooseSignal(wish: z.infer<typeof TRIGGER>): ThreatSignal {
  if (wish.adversarial_scenario) {
    throw new HttpError(400, `Unknown adversarial scenario: ${wish.adversarial_scenario}`);
  }
  const now = systemClock();
  if (wish.scenario) {
    return scenarioSignal(wish.scenario, systemRandom, now) ?? generateSignal(systemRandom, now);
  }
  return generateSignal(
    systemRandom,
    now,
    wish.threat_type ? threatType(wish.threat_type) : undefined,
  );
}

function threatType(name: string): ThreatType {
  const type = THREAT_TYPES.find((known) => known === name);
  if (type === undefined) {
    throw new HttpError(400, `Invalid threat type: ${name}`);
  }
  return type;
}
