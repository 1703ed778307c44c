import { useCallback, useId, useRef, useState, type FocusEvent, type KeyboardEvent } from "react";
import { useNow } from "../hooks/useNow";
import { usePressOutside } from "../hooks/usePressOutside";
import type { Alert } from "../lib/alerts";
import { count } from "../lib/text";
import { formatDateTime, formatSince } from "../lib/time";
import type { Severity } from "../types";
import { Icon } from "./Icon";

/** In which of a threat's colours an alert is shown. */
const COLOURS: Readonly<Record<Alert["severity"], Severity>> = {
  critical: "CRITICAL",
  warning: "MEDIUM",
  info: "INFO",
};

interface AlertsProps {
  /** What fires, worst first. */
  readonly alerts: readonly Alert[];
}

/** How many alerts fire, and a list of them to open; nothing when none does. */
export function AlertsButton({ alerts }: AlertsProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const listId = useId();
  const close = useCallback(() => setOpen(false), []);
  usePressOutside(root, open, close);
  const [worst] = alerts;
  if (open && !worst) {
    // What fires later is told by the count, not by a list that jumps open.
    setOpen(false);
  }
  if (!worst) {
    return null;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (open && event.key === "Escape") {
      event.preventDefault();
      close();
      opener.current?.focus();
    }
  }

  function onBlur({ relatedTarget }: FocusEvent): void {
    if (relatedTarget instanceof Node && !root.current?.contains(relatedTarget)) {
      close();
    }
  }

  return (
    <div className="alerts" ref={root} onKeyDown={onKeyDown} onBlur={onBlur}>
      <button
        type="button"
        className="button alerts-button"
        data-severity={COLOURS[worst.severity]}
        ref={opener}
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="bell" />
        <span>
          {alerts.length}
          <span className="wide-only">{alerts.length === 1 ? " alert" : " alerts"}</span>
        </span>
      </button>
      {open && (
        // Its own stop for the keyboard: a long list scrolls.
        <div id={listId} className="alerts-list" role="region" aria-label="Alerts" tabIndex={0}>
          <AlertList alerts={alerts} />
        </div>
      )}
    </div>
  );
}

function AlertList({ alerts }: AlertsProps) {
  const now = useNow();
  return (
    <ul>
      {alerts.map((alert) => (
        <li key={alert.id}>
          <span className="severity" data-severity={COLOURS[alert.severity]}>
            {alert.severity.toUpperCase()}
          </span>
          <strong>{alert.summary || alert.name}</strong>
          {alert.description && <p>{alert.description}</p>}
          <span className="muted">
            <span className="mono">{alert.name}</span>
            {alert.pods > 1 && `, ${count(alert.pods, "pod")}`}, since{" "}
            <time dateTime={alert.since} title={formatDateTime(alert.since)}>
              {formatSince(alert.since, now)}
            </time>
          </span>
        </li>
      ))}
    </ul>
  );
}
