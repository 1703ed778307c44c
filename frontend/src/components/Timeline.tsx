import { useRef, useState, type KeyboardEvent } from "react";
import { useNow } from "../hooks/useNow";
import type { ViewControl } from "../hooks/useView";
import { count, formatCount, percent } from "../lib/text";
import { formatSpan, parseUtc } from "../lib/time";
import { RANGES, timeline, type Bucket } from "../state/timeline";
import { SEVERITIES, type ThreatAnalysis } from "../types";

interface TimelineProps {
  /** What is listed, whenever it came. */
  readonly threats: readonly ThreatAnalysis[];
  /** Whether that is all that is stored. */
  readonly complete: boolean;
  readonly view: ViewControl;
  /** How many bars there is room for. */
  readonly bars: number;
}

/**
 * The listed threats over time, by severity. A bar narrows the list to its time, several do by drawing over them,
 * or with Shift.
 */
export function Timeline({ threats, complete, view, bars }: TimelineProps) {
  const { filters, setFilters } = view;
  const buckets = timeline(threats, filters.range, useNow(), bars);
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  /** Where the choice of several bars began. */
  const anchor = useRef<Bucket>(undefined);
  const [stop, setStop] = useState(buckets.length - 1);
  const root = useRef<HTMLDivElement>(null);

  function choose(bucket: Bucket, extend: boolean): void {
    const start = (extend && anchor.current) || bucket;
    anchor.current = start;
    const from = iso(Math.min(start.from, bucket.from));
    const to = iso(Math.max(start.to, bucket.to));
    const again = !extend && from === filters.from && to === filters.to;
    setFilters(again ? { from: "", to: "" } : { from, to });
  }

  function onKey(event: KeyboardEvent, at: number): void {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buckets.length - 1 }[
      event.key
    ];
    const [here, there] = [buckets[at], to === undefined ? undefined : buckets[to]];
    if (to === undefined || !here || !there) {
      return;
    }
    event.preventDefault();
    setStop(to);
    root.current?.querySelectorAll("button")[to]?.focus();
    if (event.shiftKey) {
      anchor.current ??= here;
      choose(there, true);
    } else {
      anchor.current = undefined;
    }
  }

  const current = Math.min(stop, buckets.length - 1);
  return (
    <div className="timeline" role="group" aria-label="Threats over time">
      <label className="select">
        <span className="visually-hidden">Time shown</span>
        <select
          value={filters.range}
          onChange={(event) => {
            const range = RANGES.find(({ key }) => key === event.target.value);
            setFilters({ range: range?.key ?? filters.range });
          }}
        >
          {RANGES.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div className="ticks" ref={root}>
        {buckets.map((bucket, at) => (
          <button
            key={bucket.from}
            type="button"
            // One stop for the keyboard; the arrows go on from there.
            tabIndex={at === current ? 0 : -1}
            aria-pressed={isChosen(bucket, filters.from, filters.to)}
            aria-label={described(bucket)}
            title={described(bucket)}
            onFocus={() => setStop(at)}
            onKeyDown={(event) => onKey(event, at)}
            onPointerDown={({ shiftKey }) => {
              anchor.current = shiftKey ? (anchor.current ?? bucket) : bucket;
            }}
            onPointerEnter={({ buttons, pointerType }) => {
              if (buttons === 1 && pointerType === "mouse" && anchor.current) {
                choose(bucket, true);
              }
            }}
            onClick={({ shiftKey }) => choose(bucket, shiftKey)}
          >
            <span className="tick" style={{ height: percent(bucket.total / most) }}>
              {SEVERITIES.map(
                (severity) =>
                  bucket.counts[severity] !== undefined && (
                    <span
                      key={severity}
                      data-severity={severity}
                      style={{ flexGrow: bucket.counts[severity] }}
                    />
                  ),
              )}
            </span>
          </button>
        ))}
      </div>
      <p className="muted">
        {filters.from !== "" && filters.to !== "" && (
          <span>{formatSpan(parseUtc(filters.from), parseUtc(filters.to))}</span>
        )}
        {!complete && <span>of the newest {formatCount(threats.length)}</span>}
      </p>
    </div>
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isChosen({ from, to }: Bucket, start: string, end: string): boolean {
  return start !== "" && end !== "" && from >= parseUtc(start) && to <= parseUtc(end);
}

function described({ from, to, total, counts }: Bucket): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const n = counts[severity];
    return n === undefined ? [] : [`${formatCount(n)} ${severity.toLowerCase()}`];
  });
  return [`${formatSpan(from, to)}: ${count(total, "threat")}`, ...parts].join(", ");
}
