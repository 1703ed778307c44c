/** What the values of a stack file must be: each says what it expects and what it got. */
import { z } from "zod";
import { ISSUERS, type BuildSecret, type Issuer } from "./settings";
import { isMap, show } from "./values";

/**
 * A leaf of the configuration.
 *
 * @param expected what the value must be, as it reads after "must be"
 * @param fits whether a value is that
 */
export function leaf<T>(expected: string, fits: (value: unknown) => boolean) {
  return z.custom<T>(fits, { error: ({ input }) => `must be ${expected}, got ${show(input)}` });
}

/**
 * A map whose entries are judged one by one.
 *
 * @param expected what the map must be, as it reads after "must be"
 * @param wrong what an entry must be, with what it is; nothing of one that fits
 */
function mapOf<T>(expected: string, wrong: (name: string, value: unknown) => string | undefined) {
  return z.custom<Readonly<Record<string, T>>>().superRefine((map, context) => {
    if (!isMap(map)) {
      context.addIssue(`must be ${expected}, got ${show(map)}`);
      return;
    }
    for (const [name, value] of Object.entries<unknown>(map)) {
      const message = wrong(name, value);
      if (message !== undefined) {
        context.addIssue({ code: "custom", path: [name], message });
      }
    }
  });
}

const text = (pattern: RegExp, expected: string) =>
  leaf<string>(expected, (value) => typeof value === "string" && pattern.test(value));

export const between = (min: number, max: number, what: string) =>
  leaf<number>(
    `${what} from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );

export const oneOf = <T extends string>(known: readonly T[]) =>
  leaf<T>(`one of ${known.join(", ")}`, (value) => known.some((one) => one === value));

export const flag = leaf<boolean>("true or false", (value) => typeof value === "boolean");
const isText = (value: unknown) => typeof value === "string" && /\S/.test(value);
/** A list of texts, each of them something. An empty one would say neither nobody nor everybody. */
export const texts = leaf<readonly string[]>(
  "a list of one or more texts",
  (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
);
export const nonEmpty = text(/\S/, "a text that is not empty");
export const port = between(1, 65_535, "a port number");
// The rules for names are kind's (pkg/internal/apis/config/validate.go); the length keeps
// `<name>-control-plane` within a host name's 63 characters.
export const clusterName = text(
  /^[a-z0-9][a-z0-9.-]{0,47}$/,
  "a name of lower-case letters, digits, dots and dashes, at most 48 long, such as soc-demo",
);
// The grammar of references is the distribution project's (reference/regexp.go), a little tightened.
const REPOSITORY = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*`;
export const repository = text(
  new RegExp(`^${REPOSITORY}$`),
  "an image repository without a tag, such as gcr.io/my-project/soc-backend",
);
export const imageRef = text(
  new RegExp(String.raw`^${REPOSITORY}(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`),
  "an image reference such as gcr.io/my-project/soc-backend:2.0.0, without spaces",
);
// A login in it would stand in the stack's state.
const MIRROR = /^https?:\/\/[A-Za-z0-9.[\]:-]+(?:\/[\w.~%+/-]*)?$/;
export const mirrorUrl = leaf<string>(
  "an http(s) URL of a registry without a login, such as https://mirror.example.com",
  (value) => typeof value === "string" && MIRROR.test(value) && URL.canParse(value),
);
// In quotes: as a number 1.30 would be 1.3.
export const kubernetesVersion = text(
  /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/,
  'a Kubernetes version in quotes, such as "1.34.2"',
);
// Names as a Dockerfile's ARG takes them: https://docs.docker.com/reference/dockerfile/#arg
export const buildArgs = mapOf<string>(
  'a map of build arguments, such as {NODE_VERSION: "24"}',
  (name, value) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      return `must have a name of letters, digits and underscores, got ${show(name)}`;
    }
    return typeof value === "string" ? undefined : `must be a text in quotes, got ${show(value)}`;
  },
);
export const buildTarget = text(
  /^[A-Za-z0-9][\w.-]*$/,
  "the name of a stage of the Dockerfile, such as runtime",
);
export const buildPlatform = text(
  /^linux\/[a-z0-9]+(?:\/v\d+)?$/,
  "a platform of Linux, such as linux/amd64",
);
/** Ids as RUN --mount=type=secret takes them: https://docs.docker.com/build/building/secrets/ */
export const buildSecrets = mapOf<BuildSecret>(
  "a map of secrets, such as {npmrc: {file: ~/.npmrc}}",
  (id, value) => {
    if (!/^[\w.-]+$/.test(id)) {
      return `must have an id of letters, digits, dots, dashes and underscores, got ${show(id)}`;
    }
    const [where, ...others] = isMap(value) ? Object.entries(value) : [];
    const fits =
      where && others.length === 0 && ["file", "env"].includes(where[0]) && isText(where[1]);
    // Somebody may have put the secret itself there: it is not repeated.
    return fits
      ? undefined
      : "must be either {file: PATH} or {env: NAME}, and not the secret itself";
  },
);

export const hostName = text(
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
  "a host name such as soc.example.com",
);
export const url = text(
  /^(?:https?|oci):\/\/\S+$/,
  "the URL of a chart repository, such as https://charts.example.com",
);

// Like the chart's own (charts/soc-agent/values.schema.json, optionalLink).
const PLACE = String.raw`\{(?:trace|threat)_id\}`;
const LINK_START = String.raw`(?:https?://[^/\s\\{}]+/[^\s\\{}]*|/(?:[^/\s\\{}][^\s\\{}]*)?)`;
export const link = text(
  new RegExp(String.raw`^${LINK_START}${PLACE}(?:[^\s\\{}]|${PLACE})*$`),
  "a path or an http(s) URL with {trace_id} or {threat_id}, such as https://jaeger.example.com/trace/{trace_id}",
);
export const endpoint = text(
  /^https?:\/\/[A-Za-z0-9.[\]:-]+(?:\/\S*)?$/,
  "an http(s) URL that takes OTLP over gRPC, such as http://otel-collector.telemetry:4317",
);

// A token is only as good as the keys that it is checked with, and the way that they come.
export const httpsUrl = text(
  /^https:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/,
  "an https URL, such as https://login.example.com/realms/soc",
);
export const urlPath = text(/^\/\S*$/, "a path such as /health");
export const address = text(
  /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/,
  "an address such as 203.0.113.7 or 203.0.113.7:443",
);
export const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");

export const ISSUER_NAMES = Object.keys(ISSUERS) as Issuer[];
export const issuer = oneOf(ISSUER_NAMES);
