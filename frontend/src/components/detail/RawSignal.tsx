import type { ThreatSignal } from "../../types";

/** The signal as it came, for copying into other tools. */
export function RawSignal({ signal }: { readonly signal: ThreatSignal }) {
  return (
    <details className="raw">
      <summary>Raw signal</summary>
      {/* Focusable, so that the keyboard can scroll it. */}
      <pre tabIndex={0} aria-label="Raw signal as JSON">
        {JSON.stringify(signal, undefined, 2)}
      </pre>
    </details>
  );
}
