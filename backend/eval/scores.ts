import { SEVERITY, THREAT_TYPES, type ThreatSeverity } from "../src/contract/signal.js";
import type { ThreatAnalysis } from "../src/contract/threat.js";
import { fieldIn } from "./fields.js";
import type { Judged } from "./judge.js";
import type { Truth } from "./template.js";

/** Shares from 0 to 1; NaN where there is nothing to take a share of. */
export interface Scores {
  readonly signals: number;
  readonly templates: number;
  /** Of all signals, those whose verdict is what really happened. */
  readonly right: number;
  readonly rightByType: Readonly<Record<string, number>>;
  readonly bySeverity: Readonly<Record<ThreatSeverity, Precision>>;
  /** Of the attacks, those rated HIGH or above. */
  readonly recall: number;
  /** Of the harmless, those rated HIGH or above. */
  readonly falseAlarms: number;
  /** The same two by the level of the source alone; MEDIUM where it names none. */
  readonly baseline: { readonly recall: number; readonly falseAlarms: number };
  readonly calibration: readonly Bin[];
  /** Mean square of what the false-positive score is off by (Brier); 0.25 is a coin's. */
  readonly brier: number;
  /** Verdicts with evidence, every fact of which can be looked up. */
  readonly cited: number;
}

/** How good a severity is, against that of the stories. */
export interface Precision {
  readonly precision: number;
  readonly recall: number;
}

/** Signals with about the same false-positive score. */
export interface Bin {
  readonly from: number;
  readonly signals: number;
  readonly score: number;
  /** Share that is harmless. */
  readonly harmless: number;
}

const GRAVE: readonly ThreatSeverity[] = ["HIGH", "CRITICAL"];
const BINS = [0, 0.2, 0.4, 0.6, 0.8];

/** What the analysis says that happened. */
export function verdictOf({ adversarial_detection: detection, severity }: ThreatAnalysis): Truth {
  return detection?.manipulation_detected === true
    ? "manipulated"
    : GRAVE.includes(severity)
      ? "attack"
      : "harmless";
}

/** Measures verdicts against the stories behind their signals. */
export function scoresOf(all: readonly Judged[]): Scores {
  const right = ({ judged, threat }: Judged) => verdictOf(threat) === judged.template.truth;
  const attacks = all.filter(({ judged }) => judged.template.truth === "attack");
  const harmless = all.filter(({ judged }) => judged.template.truth === "harmless");
  const grave = ({ threat }: Judged) => GRAVE.includes(threat.severity);
  const graveAtSource = ({ judged }: Judged) =>
    GRAVE.some((severity) => severity === judged.signal.metadata["source_severity"]);
  return {
    signals: all.length,
    templates: new Set(all.map(({ judged }) => judged.template.name)).size,
    right: share(all, right),
    rightByType: Object.fromEntries(
      THREAT_TYPES.map(
        (type) => [type, all.filter(({ judged }) => judged.signal.threat_type === type)] as const,
      )
        .filter(([, some]) => some.length > 0)
        .map(([type, some]) => [type, share(some, right)]),
    ),
    bySeverity: Object.fromEntries(
      SEVERITY.options.map((severity) => [severity, precisionOf(all, severity)]),
    ) as Record<ThreatSeverity, Precision>,
    recall: share(attacks, grave),
    falseAlarms: share(harmless, grave),
    baseline: {
      recall: share(attacks, graveAtSource),
      falseAlarms: share(harmless, graveAtSource),
    },
    calibration: BINS.map((from, index) => binOf(all, from, BINS[index + 1] ?? 1.001)),
    brier: mean(all.map((one) => (scoreOf(one) - outcomeOf(one)) ** 2)),
    cited: share(all, isCited),
  };
}

/** Whether a verdict has evidence, and each fact that it cites is there: in the threat, or in what came before. */
export function isCited({ threat, history }: Omit<Judged, "judged">): boolean {
  const cited = threat.evidence.flatMap(({ fields }) => fields);
  const before = new Set(
    history.map(({ decision }) => `threats/${decision?.threatId}/${decision?.field}`),
  );
  return (
    threat.evidence.length > 0 &&
    threat.evidence.every(({ fact, fields }) => fact !== "" && fields.length > 0) &&
    cited.every((field) => before.has(field) || fieldIn(threat, field) !== undefined)
  );
}

function precisionOf(all: readonly Judged[], severity: ThreatSeverity): Precision {
  const given = all.filter(({ threat }) => threat.severity === severity);
  const due = all.filter(({ judged }) => judged.template.severity === severity);
  return {
    precision: share(given, ({ judged }) => judged.template.severity === severity),
    recall: share(due, ({ threat }) => threat.severity === severity),
  };
}

function binOf(all: readonly Judged[], from: number, to: number): Bin {
  const within = all.filter((one) => scoreOf(one) >= from && scoreOf(one) < to);
  return {
    from,
    signals: within.length,
    score: mean(within.map(scoreOf)),
    harmless: mean(within.map(outcomeOf)),
  };
}

function scoreOf({ threat }: Judged): number {
  return threat.false_positive_score?.score ?? 0;
}

/** 1 for what is harmless, else 0. */
function outcomeOf({ judged }: Judged): number {
  return judged.template.truth === "harmless" ? 1 : 0;
}

function share<T>(of: readonly T[], those: (one: T) => boolean): number {
  return of.filter(those).length / of.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
