import { useLinks } from "../hooks/useObservability";
import { threatHref, type LinkTemplates } from "../lib/links";
import { humanize } from "../lib/text";
import type { ThreatAnalysis } from "../types";
import { Icon } from "./Icon";

const NAMES: Readonly<Record<keyof LinkTemplates, string>> = { trace: "Trace", logs: "Logs" };

/** The way to a threat's trace and log lines; nothing where there is none. */
export function ThreatLinks({ threat }: { readonly threat: ThreatAnalysis }) {
  const templates = useLinks();
  const links = (["trace", "logs"] as const).flatMap((kind) => {
    const href = threatHref(templates[kind], threat, location.href);
    return href === undefined ? [] : [{ name: NAMES[kind], href }];
  });
  if (links.length === 0) {
    return null;
  }
  const { threat_type, customer_name } = threat.signal;
  return (
    <span className="threat-links">
      {links.map(({ name, href }) => (
        <a key={name} href={href} target="_blank" rel="noopener">
          {name}
          <Icon name="external" />
          <span className="visually-hidden">
            {` of ${humanize(threat_type)} ${customer_name} (opens in a new tab)`}
          </span>
        </a>
      ))}
    </span>
  );
}
