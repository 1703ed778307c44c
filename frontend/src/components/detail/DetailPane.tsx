import { useEffect, useRef } from "react";
import { DETAIL_TITLE_ID } from "../../hooks/useDetailFocus";
import type { LiveThreats } from "../../hooks/useLiveThreats";
import type { OpenThreat } from "../../hooks/useOpenThreat";
import { humanize } from "../../lib/text";
import type { ThreatAnalysis } from "../../types";
import { CopyButton } from "../CopyButton";
import { ErrorBoundary } from "../ErrorBoundary";
import { Icon, type IconName } from "../Icon";
import { RelativeTime } from "../RelativeTime";
import { SeverityBadge } from "../SeverityBadge";
import { ThreatLinks } from "../ThreatLinks";
import { ThreatDetail } from "./ThreatDetail";

interface DetailPaneProps {
  readonly id: string;
  readonly state: OpenThreat;
  /** What is listed, for going from one to the next. */
  readonly neighbours: readonly ThreatAnalysis[];
  /** Whether it covers the list. */
  readonly modal: boolean;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
  readonly onDecide: LiveThreats["decide"];
  readonly onRetry: () => void;
}

/** The opened threat: beside the list, or over it where there is no room. */
export function DetailPane(props: DetailPaneProps) {
  const { id, state, neighbours, modal, onOpen, onClose, onDecide, onRetry } = props;
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    pane.current?.scrollTo(0, 0);
  }, [id]);
  const index = neighbours.findIndex((threat) => threat.id === id);
  const step = (by: number) => (index < 0 ? undefined : neighbours[index + by]?.id);

  return (
    <section
      className="panel pane"
      ref={pane}
      role={modal ? "dialog" : undefined}
      aria-modal={modal || undefined}
      aria-labelledby={DETAIL_TITLE_ID}
    >
      <header className="pane-head">
        <div className="pane-bar">
          <IconButton icon={modal ? "back" : "close"} label="Close" onClick={onClose} />
          <span className="pane-gap" />
          {state.kind === "shown" && <ThreatLinks threat={state.threat} />}
          <Step icon="up" label="Previous threat" to={step(-1)} onOpen={onOpen} />
          <Step icon="down" label="Next threat" to={step(1)} onOpen={onOpen} />
          <CopyButton icon="link" label="Copy link" text={() => location.href} />
        </div>
        <Title state={state} />
      </header>
      <Body key={id} state={state} onDecide={onDecide} onRetry={onRetry} />
    </section>
  );
}

function Title({ state }: { readonly state: OpenThreat }) {
  if (state.kind !== "shown") {
    return (
      <h2 id={DETAIL_TITLE_ID} tabIndex={-1}>
        {state.kind === "loading" ? "Loading threat" : "Threat"}
      </h2>
    );
  }
  const { severity, signal, created_at } = state.threat;
  return (
    <div className="pane-title" data-severity={severity}>
      <SeverityBadge severity={severity} />
      <h2 id={DETAIL_TITLE_ID} tabIndex={-1}>
        {humanize(signal.threat_type)}
        <span className="threat-customer" title={signal.customer_name}>
          {" "}
          {signal.customer_name}
        </span>
      </h2>
      <span className="muted">
        <RelativeTime iso={created_at} />
      </span>
    </div>
  );
}

function Body(props: Pick<DetailPaneProps, "state" | "onDecide" | "onRetry">) {
  const { state, onDecide, onRetry } = props;
  switch (state.kind) {
    case "shown":
      return (
        <ErrorBoundary
          fallback={<p className="pane-note muted">This threat&apos;s detail cannot be shown.</p>}
        >
          <ThreatDetail threat={state.threat} onDecide={onDecide} />
        </ErrorBoundary>
      );
    case "gone":
      return (
        <div className="placeholder" role="status">
          <p className="placeholder-title">This threat is no longer stored</p>
          <p className="muted">
            It was dropped to make room for others, or everything was removed.
          </p>
        </div>
      );
    case "failed":
      return (
        <div className="placeholder" role="alert">
          <p className="placeholder-title">The threat could not be loaded</p>
          <p>{state.message}</p>
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      );
    default:
      return (
        <div className="skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      );
  }
}

interface StepProps {
  readonly icon: IconName;
  readonly label: string;
  /** The threat there, if any. */
  readonly to: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** aria-disabled rather than disabled: at the end of the list the keyboard's focus stays. */
function Step({ icon, label, to, onOpen }: StepProps) {
  return (
    <IconButton
      icon={icon}
      label={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && onOpen(to)}
    />
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function IconButton({ icon, label, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
