import { statusWord } from "../lib/text";
import type { ThreatAnalysis } from "../types";

/** How many techniques are named here; the detail has them all. */
const MAX_TAGS = 3;

/** What stands out about a threat, in a few chips; nothing when nothing does. */
export function Marks({ threat }: { readonly threat: ThreatAnalysis }) {
  const manipulated = threat.adversarial_detection?.manipulation_detected ?? false;
  const falseAlarm = threat.false_positive_score?.recommendation === "likely_false_positive";
  const tags = threat.mitre_tags.slice(0, MAX_TAGS);
  const matches = threat.intel_matches.length;
  const decided = [
    ...(threat.status === "completed" ? [] : [statusWord(threat.status)]),
    ...(threat.confirmed ? ["Confirmed"] : []),
    ...(threat.assignee === null ? [] : [threat.assignee]),
  ];
  if (
    decided.length === 0 &&
    !threat.requires_human_review &&
    !manipulated &&
    !falseAlarm &&
    matches === 0 &&
    tags.length === 0
  ) {
    return null;
  }
  return (
    <ul className="chips" aria-label="Marks">
      {threat.requires_human_review && (
        <li className="chip" data-tone="review" title={threat.review_reason ?? undefined}>
          Needs review
        </li>
      )}
      {decided.map((word) => (
        <li key={word} className="chip" title={word}>
          {word}
        </li>
      ))}
      {manipulated && (
        <li className="chip" data-tone="danger">
          Manipulation
        </li>
      )}
      {falseAlarm && (
        <li className="chip" data-tone="good">
          Likely false
        </li>
      )}
      {matches > 0 && (
        <li className="chip" data-tone="danger">
          Known indicator
        </li>
      )}
      {tags.map((tag) => (
        <li key={tag.technique_id} className="chip" title={tag.technique_name}>
          {tag.technique_id}
        </li>
      ))}
    </ul>
  );
}
