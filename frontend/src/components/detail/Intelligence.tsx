import type { IntelMatch, MitreTag } from "../../types";
import { techniqueHref } from "../../lib/links";
import { percent } from "../../lib/text";
import { Section } from "./Section";

interface IntelligenceProps {
  readonly tags: readonly MitreTag[];
  readonly matches: readonly IntelMatch[];
}

/** MITRE ATT&CK techniques and known indicators; nothing when there are none. */
export function Intelligence({ tags, matches }: IntelligenceProps) {
  return (
    <>
      {tags.length > 0 && (
        <Section title="MITRE ATT&CK">
          <ul className="pairs">
            {tags.map((tag) => (
              <li key={tag.technique_id}>
                <Technique id={tag.technique_id} />
                <span>
                  {tag.technique_name} <span className="muted">{tag.tactic}</span>
                </span>
                <span className="muted tabular">{percent(tag.confidence)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {matches.length > 0 && (
        <Section title="Known indicators">
          <ul className="pairs">
            {matches.map((match, index) => (
              <li key={index}>
                <span className="mono">{match.ioc_value}</span>
                <span>
                  {match.description}{" "}
                  <span className="muted">
                    {match.threat_actor ? `${match.threat_actor}, ` : ""}
                    {match.source}
                  </span>
                </span>
                <span className="muted tabular">{percent(match.confidence)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** The number of a technique, with the way to its description. */
function Technique({ id }: { readonly id: string }) {
  const href = techniqueHref(id);
  if (href === undefined) {
    return <span className="mono">{id}</span>;
  }
  return (
    <a className="mono" href={href} target="_blank" rel="noopener noreferrer">
      {id}
      <span className="visually-hidden"> at MITRE ATT&amp;CK (opens in a new tab)</span>
    </a>
  );
}
