import type { Evidence } from "../../types";
import { Section } from "./Section";

/** What the verdict rests on, each fact with where it can be looked up; nothing of a backend that does not say. */
export function Grounds({ evidence }: { readonly evidence: readonly Evidence[] }) {
  if (evidence.length === 0) {
    return null;
  }
  return (
    <Section title="Why">
      <ul className="grounds">
        {evidence.map(({ fact, fields }) => (
          <li key={fact}>
            {fact}
            <span className="muted mono">{fields.join(", ")}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
