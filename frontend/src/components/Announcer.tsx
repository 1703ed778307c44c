import { useState } from "react";
import { usePaced } from "../hooks/usePaced";
import { nextNews, NO_NEWS, type Alert } from "../lib/alerts";
import { NOTHING_TOLD, tellArrivals } from "../lib/arrivals";
import type { ConnectionState } from "../live/liveSocket";
import type { Arrivals } from "../state/threats";
import { useConnectionLabel } from "./ConnectionBadge";

/** The shortest time between two announcements of threats, in ms: a burst must not drown everything else. */
const REST_MS = 5000;

interface AnnouncerProps {
  readonly connection: ConnectionState;
  /** What fires; undefined when nobody knows. */
  readonly alerts: readonly Alert[] | undefined;
  readonly arrivals: Arrivals;
}

/** Tells screen readers what others see change: the connection, alerts and new threats. */
export function Announcer({ connection, alerts, arrivals }: AnnouncerProps) {
  const connectionLabel = useConnectionLabel(connection);
  const [news, setNews] = useState(NO_NEWS);
  if (news.alerts !== alerts) {
    setNews(nextNews(news, alerts));
  }
  const paced = usePaced(arrivals, REST_MS);
  const [told, setTold] = useState(NOTHING_TOLD);
  if (told.arrivals !== paced) {
    setTold(tellArrivals(told, paced));
  }
  return (
    <div className="visually-hidden">
      <p role="status">{`Connection: ${connectionLabel}`}</p>
      <p role="status">{news.text}</p>
      <p role="status">{told.text}</p>
    </div>
  );
}
