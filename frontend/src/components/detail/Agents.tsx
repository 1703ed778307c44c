import { count, humanize } from "../../lib/text";
import { formatDuration } from "../../lib/time";
import type { AgentAnalysis, ThreatAnalysis } from "../../types";
import { Meter } from "./Meter";
import { Section } from "./Section";

/** What each agent concluded; nothing when no agent was asked. */
export function Agents({ agents }: { readonly agents: ThreatAnalysis["agent_analyses"] }) {
  const entries = Object.entries(agents);
  if (entries.length === 0) {
    return null;
  }
  return (
    <Section title="Agents" aside={count(entries.length, "opinion")}>
      <ul className="agents">
        {entries.map(([key, agent]) => (
          <Agent key={key} name={humanize(key)} agent={agent} />
        ))}
      </ul>
    </Section>
  );
}

function Agent({ name, agent }: { readonly name: string; readonly agent: AgentAnalysis }) {
  // Rule-based agents repeat their analysis as their one finding.
  const findings = agent.key_findings.filter((finding) => finding !== agent.analysis);
  const failed = agent.confidence === 0;
  return (
    <li className="agent" data-failed={failed}>
      <div className="agent-head">
        <h4>{name}</h4>
        <span className="muted tabular">{formatDuration(agent.processing_time_ms)}</span>
      </div>
      <p>{agent.analysis}</p>
      {findings.length > 0 && (
        <ul className="plain-list">
          {findings.map((finding, index) => (
            <li key={index}>{finding}</li>
          ))}
        </ul>
      )}
      {agent.recommendations.length > 0 && (
        <ul className="advice" aria-label="Recommendations">
          {agent.recommendations.map((recommendation, index) => (
            <li key={index}>{recommendation}</li>
          ))}
        </ul>
      )}
      {agent.data_sources_consulted.length > 0 && (
        <p className="muted agent-sources">
          From {agent.data_sources_consulted.map(humanize).join(", ").toLowerCase()}
        </p>
      )}
      {failed ? (
        <p className="verdict" data-tone="bad">
          Gave no usable answer
        </p>
      ) : (
        <Meter label="Confidence" value={agent.confidence} />
      )}
    </li>
  );
}
