import { useState } from "react";
import { nextNews, NO_NEWS, type Alert } from "../lib/alerts";
import { humanize } from "../lib/text";
import type { ConnectionState } from "../live/liveSocket";
import type { ThreatAnalysis } from "../types";
import { CONNECTION_LABELS } from "./ConnectionBadge";

interface AnnouncerProps {
  readonly connection: ConnectionState;
  /** What fires; undefined when nobody knows. */
  readonly alerts: readonly Alert[] | undefined;
  /** The threat that arrived last. */
  readonly latest: ThreatAnalysis | undefined;
}

/** Tells screen readers what others see change: the connection, alerts and the newest threat. */
export function Announcer({ connection, alerts, latest }: AnnouncerProps) {
  const [news, setNews] = useState(NO_NEWS);
  if (news.alerts !== alerts) {
    setNews(nextNews(news, alerts));
  }
  return (
    <div className="visually-hidden">
      <p role="status">{`Connection: ${CONNECTION_LABELS[connection.kind]}`}</p>
      <p role="status">{news.text}</p>
      <p role="status">{latest && describe(latest)}</p>
    </div>
  );
}

function describe({ severity, signal }: ThreatAnalysis): string {
  return `New ${severity.toLowerCase()} threat: ${humanize(signal.threat_type)} at ${signal.customer_name}`;
}
