import { useAt } from "../hooks/useNow";
import { formatAge, formatDateTime, parseUtc } from "../lib/time";

/** How long ago one of the backend's times was; the exact time is in the tooltip. */
export function RelativeTime({ iso }: { readonly iso: string }) {
  const time = parseUtc(iso);
  const age = useAt((now) => formatAge(time, now));
  return (
    <time className="tabular" dateTime={iso} title={formatDateTime(iso)}>
      {age}
    </time>
  );
}
