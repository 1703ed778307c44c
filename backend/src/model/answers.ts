import * as z from "zod";
import { round } from "../base/numbers.js";
import type { Finding } from "../threats/finding.js";
import { severityOfRisk } from "../threats/severity.js";
import { techniqueOf } from "../threats/techniques.js";
import type { AgentKey } from "../contract/analysis.js";
import type { ThreatSeverity } from "../contract/signal.js";
import { ModelError } from "./failure.js";

const MAX_TEXT = 600;
const MAX_ITEMS = 8;
/** How far the agents that judge circumstances may move the risk, either way. */
const MAX_SHIFT = 0.3;

/** Too long an answer is cut; anything else that does not fit is refused. */
const sentence = z
  .string()
  .min(1)
  .transform((value) => value.slice(0, MAX_TEXT));
const sentences = z.array(sentence).transform((values) => values.slice(0, MAX_ITEMS));
const share = z.number().min(0).max(1);

const COMMON = {
  analysis: sentence.describe("Two or three sentences for an analyst"),
  confidence: share.describe("How sure you are"),
  key_findings: sentences.describe("The evidence, one fact each; empty without any"),
  recommendations: sentences,
};
const SHIFT = {
  risk: z
    .number()
    .min(-MAX_SHIFT)
    .max(MAX_SHIFT)
    .describe(
      "What your findings add to the threat's risk; negative where they speak for harmless",
    ),
};

const SHAPES = {
  historical: {
    ...COMMON,
    ...SHIFT,
    similar_incidents_found: z.int().min(0),
    pattern_match_score: share,
  },
  config: {
    ...COMMON,
    ...SHIFT,
    config_issues_found: z.int().min(0),
    suggested_config_changes: sentences,
  },
  devops: {
    ...COMMON,
    ...SHIFT,
    infra_correlation_found: z.boolean(),
    related_events: sentences,
  },
  context: {
    ...COMMON,
    ...SHIFT,
    external_factors_found: z.int().min(0),
    business_context: sentence,
  },
  priority: {
    ...COMMON,
    risk: share.describe("How grave the signal is by itself"),
    severity: z.enum(["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]),
    mitre_tags: z.array(z.object({ technique_id: z.string(), confidence: share })),
    customer_narrative: sentence.describe("What the customer may read: no internals, no guesses"),
    requires_human_review: z.boolean(),
  },
} as const;

const SCHEMAS = {
  historical: z.object(SHAPES.historical),
  config: z.object(SHAPES.config),
  devops: z.object(SHAPES.devops),
  context: z.object(SHAPES.context),
  priority: z.object(SHAPES.priority),
} as const;

/** The JSON schema that an agent's answer has to fit, in the subset that providers enforce. */
export function answerSchema(key: AgentKey): Readonly<Record<string, unknown>> {
  const { $schema: _dropped, ...schema } = z.toJSONSchema(SCHEMAS[key], {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === "object") {
        jsonSchema.additionalProperties = false;
      }
    },
  });
  return schema;
}

/** What a model's answer says, without what only the rules know. */
export type Answer = Omit<Finding, "sources" | "ruleRisk">;

/**
 * Checks an answer and reads it.
 *
 * @throws {@link ModelError} if it does not fit the schema
 */
export function readAnswer(key: AgentKey, answer: unknown): Answer {
  return key === "priority" ? readPriority(answer) : readCircumstances(key, answer);
}

function readCircumstances(key: Exclude<AgentKey, "priority">, answer: unknown): Answer {
  const { analysis, confidence, key_findings, recommendations, risk, ...output } = parse(
    SCHEMAS[key],
    answer,
  );
  return {
    analysis,
    confidence: round(confidence),
    findings: key_findings,
    recommendations,
    risk: round(risk),
    output,
  };
}

function readPriority(answer: unknown): Answer {
  const parsed = parse(SCHEMAS.priority, answer);
  // An id that we do not know is more likely made up than new.
  const techniques = parsed.mitre_tags
    .map(({ technique_id, confidence }) => ({ id: technique_id.trim().toUpperCase(), confidence }))
    .filter(({ id }) => (techniqueOf(id)?.tacticId ?? "") !== "")
    .slice(0, MAX_ITEMS);
  const risk = withinSeverity(parsed.risk, parsed.severity);
  return {
    analysis: parsed.analysis,
    confidence: round(parsed.confidence),
    findings: parsed.key_findings,
    recommendations: parsed.recommendations,
    risk,
    techniques,
    narrative: parsed.customer_narrative,
    asksForReview: parsed.requires_human_review,
    output: {
      risk,
      severity: parsed.severity,
      mitre_tactics: [...new Set(techniques.map(({ id }) => techniqueOf(id)?.tacticId))],
      mitre_techniques: techniques.map(({ id }) => id),
      customer_narrative: parsed.customer_narrative,
      requires_human_review: parsed.requires_human_review,
    },
  };
}

/** A risk that stands for each severity, where the number and the word do not go together. */
const TYPICAL_RISK: Readonly<Record<ThreatSeverity, number>> = {
  INFO: 0.08,
  LOW: 0.25,
  MEDIUM: 0.47,
  HIGH: 0.72,
  CRITICAL: 0.92,
};

/** The word counts: models are surer of it than of the number. */
function withinSeverity(risk: number, severity: ThreatSeverity): number {
  return severityOfRisk(risk) === severity ? round(risk) : TYPICAL_RISK[severity];
}

function parse<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new ModelError("answer does not fit the schema");
  }
  return parsed.data;
}
