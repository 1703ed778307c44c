import { useId, type KeyboardEvent } from "react";
import { RANDOM_TRIGGER, TRIGGER_GROUPS, type Trigger } from "../../lib/triggers";

interface TriggerMenuProps {
  readonly id: string;
  readonly onChoose: (trigger: Trigger) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** All that can be triggered, in groups. */
export function TriggerMenu({ id, onChoose, onKey }: TriggerMenuProps) {
  const prefix = useId();
  return (
    <div id={id} className="menu" role="menu" aria-label="Threat to trigger" onKeyDown={onKey}>
      <Item trigger={RANDOM_TRIGGER} onChoose={onChoose} />
      {TRIGGER_GROUPS.map(({ title, triggers }) => (
        <div key={title} role="group" className="menu-group" aria-labelledby={prefix + title}>
          <p className="menu-title" id={prefix + title} role="presentation">
            {title}
          </p>
          {triggers.map((trigger) => (
            <Item key={trigger.name} trigger={trigger} onChoose={onChoose} />
          ))}
        </div>
      ))}
    </div>
  );
}

interface ItemProps {
  readonly trigger: Trigger;
  readonly onChoose: (trigger: Trigger) => void;
}

function Item({ trigger, onChoose }: ItemProps) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} onClick={() => onChoose(trigger)}>
      {trigger.name}
      {trigger.hint && <span className="menu-hint">{trigger.hint}</span>}
    </button>
  );
}
