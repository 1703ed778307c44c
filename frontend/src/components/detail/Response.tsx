import { humanize, percent } from "../../lib/text";
import { formatMinutes } from "../../lib/time";
import type { ResponseAction, ResponsePlan } from "../../types";
import { Section } from "./Section";

/** What is proposed: to do, how soon, and to tell whom when nobody does. Nothing of it is done by itself. */
export function Response({ plan }: { readonly plan: ResponsePlan }) {
  return (
    <Section title="Proposed response" aside={`SLA ${formatMinutes(plan.sla_minutes)}`}>
      <ul className="actions">
        <Action action={plan.primary_action} primary />
        {plan.secondary_actions.map((action, index) => (
          <Action key={index} action={action} />
        ))}
      </ul>
      {plan.escalation_path.length > 0 && (
        <>
          <p className="muted">
            Proposed escalation
            {plan.auto_escalate_after_minutes !== null &&
              ` after ${formatMinutes(plan.auto_escalate_after_minutes)}`}
          </p>
          <ol className="steps">
            {plan.escalation_path.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
      {plan.notes && <p>{plan.notes}</p>}
    </Section>
  );
}

interface ActionProps {
  readonly action: ResponseAction;
  readonly primary?: boolean;
}

function Action({ action, primary = false }: ActionProps) {
  return (
    <li className="action" data-primary={primary}>
      <p className="action-head">
        <strong>{humanize(action.action_type)}</strong>
        <span className="mono">{action.target}</span>
      </p>
      <p className="muted">{action.reason}</p>
      <ul className="chips" aria-label="Properties">
        <li className="chip">{humanize(action.urgency)}</li>
        <li className="chip">{action.estimated_impact} impact</li>
        {action.requires_approval && (
          <li className="chip" data-tone="review">
            Needs approval
          </li>
        )}
        {action.auto_executable && <li className="chip">Can be automated</li>}
        <li className="chip">{percent(action.confidence)} sure</li>
        {!action.rollback_possible && (
          <li className="chip" data-tone="danger">
            Irreversible
          </li>
        )}
      </ul>
    </li>
  );
}
