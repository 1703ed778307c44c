import { humanize, percent } from "../../lib/text";
import type { AdversarialDetectionResult, Contradiction, DetectedAnomaly } from "../../types";
import { Icon } from "../Icon";
import { Meter } from "./Meter";
import { Section } from "./Section";

/** Whether someone tried to mislead the agents, and what speaks for it. */
export function Manipulation({ result }: { readonly result: AdversarialDetectionResult }) {
  const detected = result.manipulation_detected;
  return (
    <Section title="Manipulation?" aside={`${percent(result.confidence)} sure`}>
      {detected ? (
        <p className="callout" data-tone="danger">
          <Icon name="alert" />
          <span>
            <strong>
              {result.attack_vector ? humanize(result.attack_vector) : "Manipulation detected"}
              .{" "}
            </strong>
            {result.explanation}
          </span>
        </p>
      ) : (
        <>
          <p className="verdict" data-tone="good">
            No manipulation found
          </p>
          {result.explanation && <p>{result.explanation}</p>}
        </>
      )}
      <Meter label="Risk" value={result.risk_score} tone={detected ? "bad" : undefined} />
      {result.contradictions.length + result.anomalies.length > 0 && (
        <ul className="findings">
          {result.contradictions.map((contradiction, index) => (
            <ContradictionItem key={index} contradiction={contradiction} />
          ))}
          {result.anomalies.map((anomaly, index) => (
            <AnomalyItem key={index} anomaly={anomaly} />
          ))}
        </ul>
      )}
      {result.recommendation && (
        <p>
          <span className="muted">Advice:</span> {humanize(result.recommendation)}
        </p>
      )}
    </Section>
  );
}

function ContradictionItem({ contradiction }: { readonly contradiction: Contradiction }) {
  return (
    <li>
      <p>{contradiction.description}</p>
      <p className="muted">
        Contradiction between {contradiction.agents.map(humanize).join(" and ")},{" "}
        {percent(contradiction.confidence)} sure
      </p>
    </li>
  );
}

function AnomalyItem({ anomaly }: { readonly anomaly: DetectedAnomaly }) {
  return (
    <li>
      <p>{anomaly.description}</p>
      <p className="muted">
        {humanize(anomaly.type)}, {anomaly.severity.toLowerCase()}
      </p>
      {anomaly.indicators.length > 0 && (
        <ul className="plain-list muted">
          {anomaly.indicators.map((indicator, index) => (
            <li key={index}>{indicator}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
