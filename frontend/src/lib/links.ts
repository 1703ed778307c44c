import type { Observability, ThreatAnalysis } from "../types";

/** Templates of what a threat can be looked up in; null where there is nothing to look at. */
export type LinkTemplates = Observability["links"];

/** There is nowhere to look anything up. */
export const NO_LINKS: LinkTemplates = { trace: null, logs: null };

/** As W3C's Trace Context has it. */
const TRACE_ID = /^[0-9a-f]{32}$/;

/**
 * The address of a threat's trace or log lines.
 *
 * @param template with `{trace_id}` and `{threat_id}`
 * @param page the address of the page, of which a template may be a path
 * @returns undefined without a template, for a threat whose trace nobody recorded, and for a template that
 *   leads to neither an own path nor an http(s) address: as a link, `javascript:` would run in the page.
 */
export function threatHref(
  template: string | null,
  threat: Pick<ThreatAnalysis, "id" | "trace_id">,
  page: string,
): string | undefined {
  const { trace_id } = threat;
  if (template === null || trace_id === null || !TRACE_ID.test(trace_id)) {
    return undefined;
  }
  const id = encodeURIComponent(threat.id);
  const href = template.replaceAll("{trace_id}", trace_id).replaceAll("{threat_id}", () => id);
  return isOwnPath(href, page) || isWebAddress(href) ? href : undefined;
}

/** Whether an address is a path of the page's own origin; `//host` and `/\host` are other hosts. */
export function isOwnPath(href: string, page: string): boolean {
  const own = new URL(page);
  return (
    href.startsWith("/") && URL.canParse(href, page) && new URL(href, page).origin === own.origin
  );
}

function isWebAddress(href: string): boolean {
  return /^https?:\/\//i.test(href) && URL.canParse(href);
}

/** As MITRE ATT&CK numbers techniques, with a sub-technique or without. */
const TECHNIQUE = /^T\d{4}(?:\.\d{3})?$/;

/** Where a technique is described; undefined for what is no number of one. */
export function techniqueHref(id: string): string | undefined {
  return TECHNIQUE.test(id)
    ? `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`
    : undefined;
}

/**
 * A command that sends a first alert.
 *
 * @param origin of the page, which leads to the backend, too
 * @param login whether it needs a token, which it takes from the variable TOKEN
 */
export function firstAlertCommand(origin: string, login: boolean): string {
  const alert = '{"customer_name": "Example Shop", "severity": "HIGH", "title": "Odd traffic"}';
  const token = login ? ` -H "Authorization: Bearer $TOKEN"` : "";
  return `curl -X POST ${origin}/api/threats/ingest${token} -H 'Content-Type: application/json' -d '${alert}'`;
}

/**
 * Where the proxy lets people sign out (https://oauth2-proxy.github.io/oauth2-proxy/features/endpoints). From there
 * it leads to a page that it shows without a session: any other, its own to sign in included, would go on to the
 * provider, which would sign in again whom it still knows.
 */
export const SIGN_OUT = "/oauth2/sign_out?rd=/signed-out.html";

/** Where it lets them sign in, and from where it leads back to the page as it is. */
export function signInHref({ pathname, search }: Pick<Location, "pathname" | "search">): string {
  return `/oauth2/start?rd=${encodeURIComponent(pathname + search)}`;
}
