import { useEffect, useState } from "react";
import { Announcer } from "./components/Announcer";
import { ConnectionBanner } from "./components/ConnectionBanner";
import { DetailPane } from "./components/detail/DetailPane";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { Header } from "./components/Header";
import { ThreatList } from "./components/list/ThreatList";
import { Notice } from "./components/Notice";
import { NARROW, Overview } from "./components/overview/Overview";
import { Timeline } from "./components/Timeline";
import { useDetailFocus } from "./hooks/useDetailFocus";
import { useHold } from "./hooks/useHold";
import { useLiveThreats } from "./hooks/useLiveThreats";
import { useMedia } from "./hooks/useMedia";
import { useMetrics } from "./hooks/useMetrics";
import { LinksContext, useObservability } from "./hooks/useObservability";
import { useOpenThreat } from "./hooks/useOpenThreat";
import { SignInContext, useSession } from "./hooks/useSession";
import { useView } from "./hooks/useView";
import { triggerThreat } from "./lib/api";
import { messageOf } from "./lib/text";
import { countThreats } from "./state/analytics";
import { applyFilters, NO_FILTERS, writeView } from "./state/filters";
import type { TriggerRequest } from "./types";

/** From this width on, list and detail stand side by side (`layout.css` has the same). */
const SIDE_BY_SIDE = "(min-width: 1080px)";

/** How many bars of time there is room for; on a phone a finger has to hit them. */
const BARS = { wide: 25, narrow: 10 };

/** The one screen of the dashboard. */
export function App() {
  return (
    <ErrorBoundary
      fallback={
        <p className="fatal" role="alert">
          The dashboard ran into an error. <a href=".">Reload the page</a>
        </p>
      }
    >
      <Dashboard />
    </ErrorBoundary>
  );
}

function Dashboard() {
  const view = useView();
  const live = useLiveThreats(view.filters);
  const { all, listed } = live;
  const figures = useMetrics(all.threats, live.verify);
  const observability = useObservability();
  const signIn = useSession(live.connection);
  const narrow = useMedia(NARROW);
  const sideBySide = useMedia(SIDE_BY_SIDE);
  const [triggerError, setTriggerError] = useState<string>();
  const hold = useHold({
    all: listed.threats,
    shown: applyFilters(listed.threats, view.filters),
    filters: writeView({ filters: view.filters, threatId: undefined }),
    shelf: writeView({ filters: { ...NO_FILTERS, ...live.shelf }, threatId: undefined }),
    settled: listed.loaded && !listed.reading,
  });
  const [open, retryOpen] = useOpenThreat(view.threatId, live);
  useDetailFocus(view.threatId, view.close);

  const counted = all.loaded ? countThreats(all.threats) : undefined;
  const metrics = figures.value ?? counted;
  const toReview = metrics?.threats_requiring_review ?? 0;
  useEffect(() => {
    document.title = toReview > 0 ? `(${toReview}) SOC Agent` : "SOC Agent";
  }, [toReview]);

  async function trigger(wish: TriggerRequest): Promise<void> {
    setTriggerError(undefined);
    try {
      const threat = await triggerThreat(wish);
      live.add(threat);
      // Who asked for it wants to see it, also under the pointer that chose it.
      hold.admit([threat]);
    } catch (error) {
      setTriggerError(messageOf(error));
    }
  }

  const axis = <Timeline live={live} view={view} bars={narrow ? BARS.narrow : BARS.wide} />;
  const detail = view.threatId !== undefined && (
    <DetailPane
      state={open}
      id={view.threatId}
      neighbours={hold.visible}
      modal={!sideBySide}
      onOpen={view.open}
      onClose={view.close}
      onDecide={live.decide}
      onRetry={retryOpen}
    />
  );
  const covered = view.threatId !== undefined && !sideBySide;
  return (
    <SignInContext value={signIn}>
      <LinksContext value={observability.links}>
        <div className="app" inert={covered}>
          <a className="skip-link" href="#threats">
            Skip to the threats
          </a>
          <Header
            connection={live.connection}
            alerts={observability.alerts ?? []}
            onTrigger={trigger}
          />
          <main className="page">
            <ConnectionBanner
              connection={live.connection}
              loaded={all.loaded}
              loadError={listed.loadError}
              onRetry={live.retryNow}
            />
            {triggerError !== undefined && (
              <Notice onDismiss={() => setTriggerError(undefined)}>
                <strong>No threat was triggered.</strong> {triggerError}
              </Notice>
            )}
            <Overview
              metrics={metrics}
              source={figures.value ? (figures.stale ? "stale" : "backend") : "page"}
              view={view}
              narrow={narrow}
              axis={narrow && axis}
            />
            <div className="workspace" data-open={view.threatId !== undefined}>
              <ThreatList
                live={live}
                view={view}
                hold={hold}
                axis={!narrow && axis}
                metrics={metrics}
              />
              {sideBySide && detail}
            </div>
          </main>
        </div>
        {!sideBySide && detail}
        <Announcer
          connection={live.connection}
          alerts={observability.alerts}
          arrivals={all.arrivals}
        />
      </LinksContext>
    </SignInContext>
  );
}
