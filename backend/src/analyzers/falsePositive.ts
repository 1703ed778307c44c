import { clamp, round } from "../base/numbers.js";
import type { AgentInput } from "../threats/finding.js";
import type { FalsePositiveIndicator, FalsePositiveScore } from "../contract/analysis.js";
import type { ThreatType } from "../contract/signal.js";
import { isTestFile } from "../threats/intel.js";
import { peoplesWord } from "../threats/lookBack.js";
import { FALSE_POSITIVE_SCORE } from "./verdict.js";
import { count, humanName } from "../base/wording.js";

/** How often signals of a type turn out to be nothing. */
const BASE_RATE: Readonly<Record<ThreatType, number>> = {
  bot_traffic: 0.35,
  proxy_network: 0.4,
  device_compromise: 0.1,
  anomaly_detection: 0.5,
  rate_limit_breach: 0.45,
  geo_anomaly: 0.55,
};

const REVIEW_SCORE = 0.4;
/** How much the indicators together move the base rate. */
const INDICATOR_SHARE = 0.3;

/** Judges how likely it is that a signal is no threat, by its facts and by what people have decided before. */
export function scoreFalsePositive(input: AgentInput): FalsePositiveScore {
  const { signal, past } = input;
  const { type_false: asFalse, type_real: asReal } = past;
  const similar = asFalse + asReal;
  const rate = similar === 0 ? null : round(asFalse / similar);
  const indicators = findIndicators(input, rate);
  const weight = indicators.reduce((sum, indicator) => sum + indicator.weight, 0);
  const score = round(clamp(BASE_RATE[signal.threat_type] + INDICATOR_SHARE * weight));
  const recommendation =
    score >= FALSE_POSITIVE_SCORE
      ? "likely_false_positive"
      : score >= REVIEW_SCORE
        ? "needs_review"
        : "likely_real_threat";
  return {
    score,
    confidence: round(
      0.5 + Math.min(0.3, 0.05 * similar) + Math.min(0.2, 0.04 * indicators.length),
    ),
    indicators,
    historical_fp_rate: rate,
    similar_resolved_as_fp: asFalse,
    similar_resolved_as_real: asReal,
    recommendation,
    explanation: explain(signal.threat_type, indicators.length, score),
  };
}

function explain(type: ThreatType, indicators: number, score: number): string {
  const usual = `${percent(BASE_RATE[type])} of the signals of type "${humanName(type)}" are nothing`;
  return indicators === 0
    ? `${usual}, and no indicator says more of this one.`
    : `${usual}; ${count(indicators, "indicator")} ${indicators === 1 ? "makes" : "make"} that ${percent(score)} here.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function findIndicators(
  { facts, proofs, past, intel }: AgentInput,
  rate: number | null,
): readonly FalsePositiveIndicator[] {
  const rpm = facts.requestsPerMinute;
  const noisyCustomer = past.customer_threats >= 3 && past.customer_false >= 2;
  const says = peoplesWord(past.alike_false.count, past.alike_real.count);
  const level = facts.sourceSeverity;
  const rules: readonly (readonly [boolean, FalsePositiveIndicator])[] = [
    [facts.benignCrawler, rule("benign_crawler", 0.4, "A search engine's crawler", "user_agent")],
    [facts.scriptedClient, rule("scripted_client", -0.2, "A scripted client", "user_agent")],
    [facts.knownGoodIp, rule("known_good_ip", 0.5, "A search engine's network", "source_ip")],
    [facts.internal, rule("internal_ip", 0.3, "An address of a private network", "source_ip")],
    [facts.healthCheck, rule("health_check", 0.4, "A health endpoint", "endpoint")],
    [rpm !== null && rpm < 10, rule("low_rate", 0.2, "Fewer than 10 requests a minute", "traffic")],
    [rpm !== null && rpm > 1000, rule("high_rate", -0.3, "Over 1000 requests a minute", "traffic")],
    [rate !== null && rate > 0.5, rule("history_fp", 0.3, "Mostly nothing before", "history")],
    [rate !== null && rate < 0.2, rule("history_real", -0.3, "Mostly real before", "history")],
    [noisyCustomer, rule("noisy_customer", 0.25, "This customer's were often nothing", "history")],
    [says === "false", rule("decided_false", 0.4, "People called the same false", "decisions")],
    [says === "real", rule("decided_real", -0.4, "People called the same real", "decisions")],
    [proofs.length > 0, rule("proof", -1, "It shows what only attacks show", "signal")],
    [facts.sample, rule("sample", 1, "A sample of its source's findings", "signal")],
    [facts.blocked, rule("blocked", 0.3, "The sensor has blocked it", "signal")],
    [
      intel.some(isTestFile),
      rule("test_file", 1, "A file that tests virus scanners", "intelligence"),
    ],
    [
      level === "HIGH" || level === "CRITICAL",
      rule("grave_level", -0.5, "Its source calls it grave", "source_severity"),
    ],
    [level === "INFO", rule("minor_level", 0.3, "Its source calls it minor", "source_severity")],
  ];
  return rules.filter(([applies]) => applies).map(([, indicator]) => indicator);
}

function rule(
  indicator: string,
  weight: number,
  description: string,
  source: string,
): FalsePositiveIndicator {
  return { indicator, weight, description, source };
}
