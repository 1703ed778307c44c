import { createContext, useContext, useEffect, useState } from "react";
import type { Alert } from "../lib/alerts";
import { getAlerts, getObservability } from "../lib/api";
import { isOwnPath, NO_LINKS, type LinkTemplates } from "../lib/links";

/**
 * The time between two looks, in ms. The backend looks at the stack every 5 s and may wait 2 s for an
 * answer: together what happens is seen within 10 s.
 */
const LOOK_EVERY_MS = 3000;

/** What the observability stack offers at present. */
export interface ObservabilityView {
  readonly links: LinkTemplates;
  /** What fires; undefined when nobody knows. */
  readonly alerts: readonly Alert[] | undefined;
}

/** Where a threat's trace and log lines are, for whatever shows a threat. */
export const LinksContext = createContext(NO_LINKS);

export const useLinks = (): LinkTemplates => useContext(LinksContext);

/**
 * Learns from the backend what there is to look at, and from Prometheus which alerts fire, while the page
 * is visible. What fails is not there: nobody came to the page for it.
 *
 * Prometheus is asked also while the backend is away, which is what the worst alerts tell of.
 */
export function useObservability(): ObservabilityView {
  const [links, setLinks] = useState<LinkTemplates>(NO_LINKS);
  const [alerts, setAlerts] = useState<readonly Alert[]>();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let looks = 0;
    let alertsPath: string | undefined;

    const look = async () => {
      const mine = ++looks;
      const isLatest = () => mine === looks;
      const started = performance.now();
      const answer = await getObservability().catch(() => undefined);
      if (!isLatest()) {
        return;
      }
      setLinks(unlessEqual(answer?.links ?? NO_LINKS));
      if (answer) {
        alertsPath = ownPath(answer.alerts);
      }
      const firing = alertsPath && (await getAlerts(alertsPath).catch(() => undefined));
      if (!isLatest()) {
        return;
      }
      setAlerts(unlessEqual(firing || undefined));
      timer = setTimeout(() => void look(), LOOK_EVERY_MS - (performance.now() - started));
    };

    const stop = () => {
      looks += 1;
      clearTimeout(timer);
    };
    const start = () => {
      stop();
      if (document.visibilityState === "visible") {
        void look();
      }
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      document.removeEventListener("visibilitychange", start);
      stop();
    };
  }, []);

  return { links, alerts };
}

/** The page may ask only its own origin (its content security policy). */
function ownPath(address: string | null): string | undefined {
  return address !== null && isOwnPath(address, location.href) ? address : undefined;
}

/** Keeps what is shown when the same comes again, so that nothing is drawn anew every few seconds. */
function unlessEqual<T>(next: T): (shown: T) => T {
  return (shown) => (JSON.stringify(shown) === JSON.stringify(next) ? shown : next);
}
