import { humanize, percent } from "../../lib/text";
import type { AdversarialDetectionResult } from "../../types";
import { Icon } from "../Icon";
import { Section } from "./Section";

/** Signs that someone tried to mislead the agents; nothing when there are none. */
export function Manipulation({ result }: { readonly result: AdversarialDetectionResult }) {
  if (!result.manipulation_detected) {
    return null;
  }
  const findings = [...result.contradictions, ...result.anomalies];
  return (
    <Section title="Manipulation" aside={`risk ${percent(result.risk_score)}`}>
      <p className="callout" data-tone="danger">
        <Icon name="alert" />
        <span>
          {result.attack_vector && <strong>{humanize(result.attack_vector)}. </strong>}
          {result.explanation}
        </span>
      </p>
      <ul className="plain-list">
        {findings.map((finding, index) => (
          <li key={index}>{finding.description}</li>
        ))}
      </ul>
    </Section>
  );
}
