import type { ThreatSignal } from "../../types";
import { CopyButton } from "../CopyButton";

/** The signal as it came, for copying into other tools. */
export function RawSignal({ signal }: { readonly signal: ThreatSignal }) {
  const json = JSON.stringify(signal, undefined, 2);
  return (
    <details className="raw">
      <summary>Raw signal</summary>
      <div className="raw-body">
        <div className="raw-copy">
          <CopyButton label="Copy the raw signal" text={() => json} />
        </div>
        {/* Focusable, so that the keyboard can scroll it. */}
        <pre tabIndex={0} role="region" aria-label="Raw signal as JSON">
          {json}
        </pre>
      </div>
    </details>
  );
}
