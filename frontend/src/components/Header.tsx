import type { ConnectionState } from "../live/liveSocket";
import type { ThreatType } from "../types";
import { ConnectionBadge } from "./ConnectionBadge";
import { Icon } from "./Icon";
import { TriggerButton } from "./TriggerButton";

interface HeaderProps {
  readonly connection: ConnectionState;
  readonly onTrigger: (type: ThreatType | undefined) => Promise<void>;
}

export function Header({ connection, onTrigger }: HeaderProps) {
  return (
    <header className="header">
      <div className="header-inner">
        <div className="brand">
          <span className="brand-mark">
            <Icon name="shield" />
          </span>
          <h1>SOC Agent</h1>
        </div>
        <ConnectionBadge connection={connection} />
        <TriggerButton onTrigger={onTrigger} />
      </div>
    </header>
  );
}
