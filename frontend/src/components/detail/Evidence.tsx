import { evidenceOf } from "../../lib/evidence";
import type { ThreatSignal } from "../../types";
import { Section } from "./Section";

/** What the sensor saw, fact by fact; nothing when it gave no facts. */
export function Evidence({ signal }: { readonly signal: ThreatSignal }) {
  const facts = evidenceOf(signal.metadata);
  if (facts.length === 0) {
    return null;
  }
  return (
    <Section title="Evidence">
      <dl className="evidence">
        {facts.map(({ name, value, code }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={code ? "mono" : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
