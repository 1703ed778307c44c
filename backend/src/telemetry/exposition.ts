import { Registry, type OpenMetricsContentType } from "prom-client";

/** The one kind of registry that knows exemplars. */
export type MetricRegistry = Registry<OpenMetricsContentType>;

/** A registry without metrics. */
export function createRegistry(): MetricRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  // The types of prom-client know nothing of its constructor's argument.
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** A sample with an exemplar behind it; the values of labels may hold any sign. */
const EXEMPLAR = /^([^{ ]+(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})? \S+) # \{.*$/gm;
const COUNTER = /^# TYPE (\S+) counter$/m;

/**
 * All metrics in the format that suits the caller best. prom-client takes the `_total` from the names of
 * counters for good when it writes OpenMetrics, so there is one registry, and the older format is made
 * from what it writes.
 *
 * @param accept the request's `Accept`
 */
export async function expose(registry: MetricRegistry, accept = ""): Promise<Exposition> {
  const text = await registry.metrics();
  return prefersOpenMetrics(accept)
    ? { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text }
    : { contentType: Registry.PROMETHEUS_CONTENT_TYPE, text: plainText(text) };
}

/** Whether OpenMetrics is named, and nothing else rather. What takes anything gets plain text, as ever. */
export function prefersOpenMetrics(accept: string): boolean {
  const openMetrics = quality(accept, /^application\/openmetrics-text(;version=1\.0\.0)?$/);
  return openMetrics > 0 && openMetrics >= quality(accept, /^text\/plain\b/);
}

/** The text format 0.0.4 of what is in OpenMetrics 1.0.0. */
export function plainText(openMetrics: string): string {
  const families = openMetrics.replace(/\n# EOF\n$/, "").split(/\n(?=# HELP )/);
  return `${families.map(plainFamily).join("\n\n")}\n`;
}

function plainFamily(family: string): string {
  const name = COUNTER.exec(family)?.[1];
  const named =
    name === undefined ? family : family.replaceAll(/^(# (?:HELP|TYPE) \S+)/gm, "$1_total");
  return named.includes(" # {") ? named.replaceAll(EXEMPLAR, "$1") : named;
}

/** The highest quality that is given to a media type, 0 to 1; parameters but the version do not count. */
function quality(accept: string, type: RegExp): number {
  const given = accept
    .toLowerCase()
    .split(",")
    .map((range) => {
      const [media = "", ...parameters] = range.split(";").map((part) => part.trim());
      const version = parameters.find((parameter) => parameter.startsWith("version="));
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      const matches = type.test(version === undefined ? media : `${media};${version}`);
      return matches ? Number(weight?.slice(2) ?? 1) || 0 : 0;
    });
  return Math.max(...given);
}
