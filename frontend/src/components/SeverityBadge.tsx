import type { Severity } from "../types";

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return (
    <span className="severity" data-severity={severity}>
      {severity}
    </span>
  );
}
