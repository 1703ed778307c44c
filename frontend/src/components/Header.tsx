import type { Alert } from "../lib/alerts";
import type { ConnectionState } from "../live/liveSocket";
import type { TriggerRequest } from "../types";
import { Account } from "./Account";
import { AlertsButton } from "./AlertsButton";
import { ConnectionBadge } from "./ConnectionBadge";
import { Icon } from "./Icon";
import { KeysButton } from "./KeysButton";
import { ThemeButton } from "./ThemeButton";
import { TriggerButton } from "./trigger/TriggerButton";

interface HeaderProps {
  readonly connection: ConnectionState;
  /** What fires, worst first. */
  readonly alerts: readonly Alert[];
  readonly onTrigger: (wish: TriggerRequest) => Promise<void>;
}

export function Header({ connection, alerts, onTrigger }: HeaderProps) {
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
        <AlertsButton alerts={alerts} />
        <KeysButton />
        <ThemeButton />
        <Account />
        <TriggerButton onTrigger={onTrigger} />
      </div>
    </header>
  );
}
