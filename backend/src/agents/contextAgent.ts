import type { Industry } from "../threats/customers.js";
import type { ThreatType } from "../contract/signal.js";
import { claimsHarmless, hygienic } from "../threats/untrusted.js";
import { STATEMENTS } from "../threats/facts.js";
import { inMetadata } from "../threats/evidence.js";
import { evidenceOf, riskOf, type RuleAgent } from "./agent.js";

/** What is known about an industry and makes a kind of signal more, or less, alarming. */
interface Circumstance {
  readonly title: string;
  readonly industry: Industry;
  readonly types: readonly ThreatType[];
  /** Months (1 to 12) in which it holds; absent means always. */
  readonly months?: readonly number[];
  readonly risk: number;
}

const CIRCUMSTANCES: readonly Circumstance[] = [
  {
    title: "Volatile markets bring surges of legitimate trading traffic",
    industry: "crypto",
    types: ["rate_limit_breach", "anomaly_detection"],
    risk: -0.15,
  },
  {
    title: "Exchanges are a standing target of account takeover",
    industry: "crypto",
    types: ["proxy_network", "geo_anomaly"],
    risk: 0.1,
  },
  {
    title: "Season sales multiply traffic",
    industry: "retail",
    types: ["rate_limit_breach"],
    months: [11, 12],
    risk: -0.1,
  },
  {
    title: "Shops are a standing target of credential stuffing",
    industry: "retail",
    types: ["bot_traffic"],
    risk: 0.05,
  },
  {
    title: "Ransomware groups are active against hospitals",
    industry: "health",
    types: ["device_compromise", "anomaly_detection"],
    risk: 0.1,
  },
  {
    title: "Customers of a travel service sign in from everywhere",
    industry: "travel",
    types: ["geo_anomaly"],
    risk: -0.15,
  },
  {
    title: "Releases of popular content cause bursts",
    industry: "media",
    types: ["rate_limit_breach", "bot_traffic"],
    risk: -0.05,
  },
];

const MAX_QUOTED = 120;

/** Looks at what goes on around the customer's business, and at what people say about the signal. */
export const contextAgent: RuleAgent = ({ signal, facts, profile, now }) => {
  const month = new Date(now).getUTCMonth() + 1;
  const claim = facts.statements.find(claimsHarmless);
  const known = CIRCUMSTANCES.filter(
    (circumstance) =>
      circumstance.industry === profile.industry &&
      circumstance.types.includes(signal.threat_type) &&
      (circumstance.months?.includes(month) ?? true),
  ).map(({ title, risk }) => ({
    text: title,
    risk,
    fields: ["signal.customer_name", "signal.threat_type"],
  }));
  // Nobody has checked it, so it is told and does not count.
  const claimed =
    claim === undefined
      ? []
      : [
          {
            text: `Said, not checked: "${hygienic(claim, MAX_QUOTED)}"`,
            risk: 0,
            fields: inMetadata(signal, ...STATEMENTS),
          },
        ];
  const found = [...known, ...claimed];
  const risk = riskOf(found);
  return {
    analysis:
      found.length === 0
        ? "No outside circumstances explain or aggravate this."
        : risk === 0
          ? "What is said of this is not checked and changes nothing."
          : `Outside circumstances make this ${risk < 0 ? "less" : "more"} alarming.`,
    confidence: profile.industry === null ? 0.5 : 0.75,
    findings: found.map((reason) => reason.text),
    recommendations:
      risk < 0 ? ["Ask the customer before a block"] : ["Inform the customer's security contact"],
    sources: ["industry knowledge"],
    risk,
    evidence: evidenceOf(found),
    output: {
      external_factors_found: found.length,
      business_context: profile.industry ?? "unknown industry",
    },
  };
};
