import { humanize } from "../lib/text";
import type { ConnectionState } from "../live/liveSocket";
import type { ThreatAnalysis } from "../types";
import { CONNECTION_LABELS } from "./ConnectionBadge";

interface AnnouncerProps {
  readonly connection: ConnectionState;
  /** The threat that arrived last. */
  readonly latest: ThreatAnalysis | undefined;
}

/** Tells screen readers what others see change: the connection and the newest threat. */
export function Announcer({ connection, latest }: AnnouncerProps) {
  return (
    <div className="visually-hidden">
      <p role="status">{`Connection: ${CONNECTION_LABELS[connection.kind]}`}</p>
      <p role="status">{latest && describe(latest)}</p>
    </div>
  );
}

function describe({ severity, signal }: ThreatAnalysis): string {
  return `New ${severity.toLowerCase()} threat: ${humanize(signal.threat_type)} at ${signal.customer_name}`;
}
