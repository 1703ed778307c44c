import { useEffect, useState } from "react";
import { Announcer } from "./components/Announcer";
import { Breakdowns } from "./components/Breakdowns";
import { ConnectionBanner } from "./components/ConnectionBanner";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { Header } from "./components/Header";
import { MetricCards } from "./components/MetricCards";
import { Notice } from "./components/Notice";
import { ThreatList } from "./components/ThreatList";
import { useLiveThreats } from "./hooks/useLiveThreats";
import { triggerThreat } from "./lib/api";
import { computeMetrics } from "./state/metrics";
import type { ThreatType } from "./types";

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
  const live = useLiveThreats();
  const [triggerError, setTriggerError] = useState<string>();
  const metrics = computeMetrics(live.threats);

  useEffect(() => {
    document.title = metrics.needsReview > 0 ? `(${metrics.needsReview}) SOC Agent` : "SOC Agent";
  }, [metrics.needsReview]);

  async function trigger(type: ThreatType | undefined): Promise<void> {
    setTriggerError(undefined);
    try {
      live.add(await triggerThreat(type));
    } catch (error) {
      setTriggerError(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <a className="skip-link" href="#threats">
        Skip to the threats
      </a>
      <Header connection={live.connection} onTrigger={trigger} />
      <main className="page">
        <ConnectionBanner
          connection={live.connection}
          loaded={live.loaded}
          onRetry={live.retryNow}
        />
        {triggerError !== undefined && (
          <Notice onDismiss={() => setTriggerError(undefined)}>
            <strong>No threat was triggered.</strong> {triggerError}
          </Notice>
        )}
        <MetricCards metrics={metrics} loaded={live.loaded} />
        <div className="columns">
          <ThreatList live={live} />
          <Breakdowns threats={live.threats} loaded={live.loaded} />
        </div>
      </main>
      <Announcer
        connection={live.connection}
        latest={live.threats.find((threat) => threat.id === live.latestId)}
      />
    </>
  );
}
