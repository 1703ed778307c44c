import { clamp, round } from "../base/numbers.js";
import { inMetadata } from "../threats/evidence.js";
import { evidenceOf, reasons, riskOf, type RuleAgent } from "./agent.js";
import { count } from "../base/wording.js";

/** Compares the signal with what is configured for the customer. */
export const configAgent: RuleAgent = ({ signal, facts, profile }) => {
  const ratio = (facts.requestsPerMinute ?? 0) / profile.rateLimitRpm;
  const overLimit = ratio > 1;
  const forbiddenCountry =
    facts.country !== null &&
    profile.allowedCountries !== null &&
    !profile.allowedCountries.includes(facts.country);
  const blindToBots = signal.threat_type === "bot_traffic" && profile.botSensitivity === "low";

  const found = reasons(
    overLimit && {
      text: `${Math.round(facts.requestsPerMinute ?? 0)} requests a minute against a limit of ${profile.rateLimitRpm}`,
      risk: round(clamp(0.05 * Math.log2(ratio), 0, 0.15)),
      fields: inMetadata(signal, "request_count", "time_window_minutes"),
    },
    forbiddenCountry && {
      text: `Sign-in from ${facts.country ?? ""}, which is not an allowed country`,
      risk: 0.15,
      fields: inMetadata(signal, "country"),
    },
    blindToBots && {
      text: "Bot detection is set to low sensitivity",
      risk: 0.05,
      fields: ["signal.customer_name"],
    },
  );
  const changes = [
    ...(ratio > 2 ? ["Enforce the rate limit at the edge"] : []),
    ...(forbiddenCountry ? ["Block sign-ins from countries that are not allowed"] : []),
    ...(blindToBots ? ["Raise bot sensitivity to medium"] : []),
  ];
  return {
    analysis:
      found.length === 0
        ? "Within the customer's configured limits."
        : `${count(found.length, "deviation")} from the customer's configuration.`,
    confidence: profile.industry === null ? 0.6 : 0.85,
    findings: found.map((reason) => reason.text),
    recommendations: changes.length > 0 ? changes : ["No change of configuration needed"],
    sources: ["customer configuration"],
    risk: riskOf(found),
    evidence: evidenceOf(found),
    output: { config_issues_found: found.length, suggested_config_changes: changes },
  };
};
