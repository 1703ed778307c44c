import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useHistogram } from "../hooks/useHistogram";
import type { LiveThreats } from "../hooks/useLiveThreats";
import { useNow } from "../hooks/useNow";
import type { ViewControl } from "../hooks/useView";
import { count, formatCount, percent } from "../lib/text";
import { formatSpan, parseUtc } from "../lib/time";
import { applyFilters, type Filters } from "../state/filters";
import {
  bucketsOf,
  countListed,
  gridOf,
  isFor,
  oldestOf,
  RANGES,
  type Bucket,
} from "../state/timeline";
import { SEVERITIES } from "../types";

interface TimelineProps {
  readonly live: LiveThreats;
  readonly view: ViewControl;
  /** How many bars there is room for. */
  readonly bars: number;
}

/**
 * The stored threats over time, by severity; those that the page has where the backend cannot count by the filters. A
 * bar narrows the list to its time, several do by drawing over them, or with Shift.
 */
export function Timeline({ live, view, bars }: TimelineProps) {
  const { filters, setFilters } = view;
  const { buckets, of } = useBuckets(live, filters, bars);
  const labels = useMemo(() => buckets.map(described), [buckets]);
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
            aria-label={labels[at]}
            title={labels[at]}
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
        {of !== undefined && <span>of the newest {formatCount(of)}</span>}
      </p>
    </div>
  );
}

interface Buckets {
  readonly buckets: readonly Bucket[];
  /** Of how many of the newest threats these are; undefined for all that are stored. */
  readonly of: number | undefined;
}

function useBuckets(live: LiveThreats, filters: Filters, bars: number): Buckets {
  const now = useNow();
  const { all, listed, shelf } = live;
  // What is listed of a part of the time says nothing of the other bars.
  const { threats, complete } = shelf.from === "" && shelf.to === "" ? listed : all;
  const [oldest, setOldest] = useState<number>();
  const {
    from,
    step,
    bars: number,
  } = gridOf(filters.range, now, bars, oldest ?? oldestOf(threats));
  const grid = useMemo(() => ({ from, step, bars: number }), [from, step, number]);
  const stored = useHistogram(grid, filters, all.threats);
  if (stored && stored.oldest !== oldest) {
    setOldest(stored.oldest);
  }
  const counted = stored && isFor(grid, stored) ? stored : undefined;
  // What is listed changes with every message, what the backend counted with its answers alone.
  const listing = counted ? undefined : threats;
  const buckets = useMemo(() => {
    if (counted) {
      return bucketsOf(grid, counted, filters.severities);
    }
    const shown = applyFilters(listing ?? [], { ...filters, from: "", to: "" });
    return bucketsOf(grid, countListed(shown, grid), []);
  }, [grid, counted, listing, filters]);
  return { buckets, of: counted || complete ? undefined : threats.length };
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
