import { clampFraction, percent } from "../../lib/text";

interface MeterProps {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
  /** What a high value means; undefined when neither. */
  readonly tone?: "good" | "warn" | "bad" | undefined;
}

/** A labelled fraction as a thin bar. */
export function Meter({ label, value, tone }: MeterProps) {
  return (
    <div className="meter" data-tone={tone}>
      <span className="meter-label">{label}</span>
      <span className="meter-value">{percent(value)}</span>
      <span
        className="meter-track"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(clampFraction(value) * 100)}
      >
        <span style={{ width: percent(value) }} />
      </span>
    </div>
  );
}
