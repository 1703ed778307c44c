import type { Facts } from "../threats/facts.js";
import type {
  ResponseAction,
  ResponseActionType,
  ResponsePlan,
  ResponseUrgency,
} from "../contract/responsePlan.js";
import type { ThreatSeverity, ThreatSignal, ThreatType } from "../contract/signal.js";
import { humanName } from "../base/wording.js";

type Actions = readonly [ResponseActionType, ...ResponseActionType[]];

/** What to do by type, from MEDIUM up; below that a threat is only watched. First comes the primary. */
const ACTIONS: Readonly<
  Record<ThreatType, Readonly<Record<"MEDIUM" | "HIGH" | "CRITICAL", Actions>>>
> = {
  bot_traffic: {
    MEDIUM: ["challenge", "monitor"],
    HIGH: ["rate_limit", "challenge"],
    CRITICAL: ["block_ip", "rate_limit"],
  },
  proxy_network: {
    MEDIUM: ["challenge", "rate_limit"],
    HIGH: ["block_ip", "monitor"],
    CRITICAL: ["block_ip", "escalate"],
  },
  device_compromise: {
    MEDIUM: ["challenge", "monitor"],
    HIGH: ["quarantine", "escalate"],
    CRITICAL: ["quarantine", "escalate", "block_ip"],
  },
  anomaly_detection: {
    MEDIUM: ["monitor"],
    HIGH: ["escalate", "monitor"],
    CRITICAL: ["escalate", "rate_limit"],
  },
  rate_limit_breach: {
    MEDIUM: ["rate_limit"],
    HIGH: ["rate_limit", "challenge"],
    CRITICAL: ["rate_limit", "block_ip"],
  },
  geo_anomaly: {
    MEDIUM: ["challenge"],
    HIGH: ["challenge", "monitor"],
    CRITICAL: ["challenge", "escalate"],
  },
};

const URGENCY: Readonly<Record<ThreatSeverity, ResponseUrgency>> = {
  CRITICAL: "immediate",
  HIGH: "urgent",
  MEDIUM: "normal",
  LOW: "low",
  INFO: "low",
};

const SLA_MINUTES: Readonly<Record<ThreatSeverity, number>> = {
  CRITICAL: 15,
  HIGH: 30,
  MEDIUM: 60,
  LOW: 240,
  INFO: 480,
};

const ESCALATION_PATH: Readonly<Record<ThreatSeverity, readonly string[]>> = {
  CRITICAL: ["Tier 2 Analyst", "Security Manager", "Customer Success", "CISO"],
  HIGH: ["Tier 2 Analyst", "Security Manager", "Customer Success"],
  MEDIUM: ["Tier 1 Analyst", "Tier 2 Analyst"],
  LOW: ["Tier 1 Analyst"],
  INFO: ["Tier 1 Analyst"],
};

/** Easily undone and without harm to a bystander, so no person has to agree first. */
const AUTO_EXECUTABLE: readonly ResponseActionType[] = [
  "rate_limit",
  "challenge",
  "monitor",
  "escalate",
];

const IMPACT: Readonly<Partial<Record<ResponseActionType, "Medium" | "High">>> = {
  quarantine: "High",
  block_ip: "Medium",
  rate_limit: "Medium",
};

/**
 * Decides what to do about a threat of the given severity.
 *
 * @param likelyNothing whether it is likely a false positive, which is only watched
 */
export function planResponse(
  signal: ThreatSignal,
  facts: Facts,
  severity: ThreatSeverity,
  likelyNothing: boolean,
): ResponsePlan {
  const [primary, ...secondary] = chooseActions(signal.threat_type, severity, likelyNothing);
  const act = (type: ResponseActionType): ResponseAction =>
    buildAction(type, signal, facts, severity);
  const sla = SLA_MINUTES[severity];
  return {
    primary_action: act(primary),
    secondary_actions: secondary.map(act),
    escalation_path: ESCALATION_PATH[severity],
    sla_minutes: sla,
    auto_escalate_after_minutes: Math.floor(sla / 2),
    notes: likelyNothing
      ? "Likely a false positive: watch, and close if nothing follows."
      : `Respond within ${sla} minutes.`,
  };
}

function chooseActions(
  type: ThreatType,
  severity: ThreatSeverity,
  likelyNothing: boolean,
): Actions {
  return likelyNothing || severity === "LOW" || severity === "INFO"
    ? ["monitor"]
    : ACTIONS[type][severity];
}

function buildAction(
  type: ResponseActionType,
  signal: ThreatSignal,
  facts: Facts,
  severity: ThreatSeverity,
): ResponseAction {
  const automatic = AUTO_EXECUTABLE.includes(type);
  return {
    action_type: type,
    urgency: URGENCY[severity],
    target: targetOf(type, signal, facts),
    reason: `${severity} ${humanName(signal.threat_type)} against ${signal.customer_name}`,
    confidence: severity === "HIGH" || severity === "CRITICAL" ? 0.8 : 0.6,
    auto_executable: automatic,
    requires_approval: !automatic,
    estimated_impact: IMPACT[type] ?? "Low",
    rollback_possible: type !== "escalate",
    parameters: type === "monitor" ? { duration_minutes: 30 } : {},
  };
}

/** The account for a quarantine, the address for what acts on traffic, else the customer. */
function targetOf(type: ResponseActionType, signal: ThreatSignal, facts: Facts): string {
  const target =
    type === "quarantine"
      ? facts.userId
      : type === "monitor" || type === "escalate"
        ? null
        : facts.sourceIp;
  return target ?? signal.customer_name;
}
