/** What the program knows of the application's chart: its values, its schema, its digest. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { closest } from "fastest-levenshtein";
import { parse } from "yaml";
import {
  CONTROLLERS,
  ISSUER_ANNOTATION,
  PARTS,
  type Part,
  type StackConfig,
} from "../config/settings";
import { isMap, mergeValues, show, type Values } from "../config/values";
import { ADD_ON_NAMESPACES } from "./addOnNames";
import type { ImageRefs } from "./imageRefs";

/** The chart, relative to the project: an absolute path would differ on every machine. */
export const CHART = "./charts/soc-agent";

/**
 * The chart's values: what the program computes, with the configuration's `values` over it.
 *
 * @param refs reference of each part's image
 * @param defaults the chart's own values.yaml
 */
export function chartValues(config: StackConfig, refs: ImageRefs, defaults: Values): Values {
  const { ingress, certManager } = config;
  const image = (part: Part) => ({
    image: { ...splitRef(refs[part]), pullPolicy: pullPolicy(config, part) },
  });
  const computed = {
    ...Object.fromEntries(PARTS.map((part) => [part, image(part)])),
    ...(config.cluster.kind === "kind" && { backend: { ...image("backend"), ...AT_ONCE } }),
    ingress: {
      className: ingress.className,
      ...(ingress.host !== undefined && { hosts: hostsFor(ingress.host, defaults) }),
      ...(certManager.install && { annotations: { [ISSUER_ANNOTATION]: certManager.issuer } }),
    },
    // Only from there may requests come in. The default's namespace is the chart's default too.
    ...(ingress.controller !== CONTROLLERS[0] && {
      networkPolicy: { ingressController: { namespace: ADD_ON_NAMESPACES[ingress.controller] } },
    }),
  };
  return mergeValues(computed, config.values);
}

/**
 * How a developer's cluster takes a new version: all pods at once, each in service as soon as its startup
 * probe has succeeded. Other clusters have the chart's gentler defaults.
 */
const AT_ONCE = {
  rollout: { maxSurge: "100%" },
  probes: { readiness: { initialDelaySeconds: 0, periodSeconds: 1 } },
};

/** An image that was loaded into the nodes is in no registry, so none may be asked for it. */
function pullPolicy({ cluster, images }: StackConfig, part: Part): string {
  if (cluster.kind === "existing") {
    return "Always";
  }
  return images[part].kind === "build" ? "Never" : "IfNotPresent";
}

/** Helm replaces lists as a whole, so another host needs the default's paths again. */
function hostsFor(host: string, defaults: Values): Values[] {
  const ingress = isMap(defaults["ingress"]) ? defaults["ingress"] : {};
  const [first] = Array.isArray(ingress["hosts"]) ? ingress["hosts"].filter(isMap) : [];
  return [{ ...first, host }];
}

/**
 * Splits a reference into the two values that the chart joins with a colon. A digest stays with the
 * tag, which it overrules: `repo@sha256:hex` becomes `repo` and `latest@sha256:hex`.
 */
export function splitRef(ref: string): { repository: string; tag: string } {
  const [named = "", digest] = ref.split("@");
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const tag = tagged ? named.slice(colon + 1) : "latest";
  return {
    repository: tagged ? named.slice(0, colon) : named,
    tag: digest ? `${tag}@${digest}` : tag,
  };
}

/** The chart's own values.yaml. */
export function chartDefaults(chart: string = CHART): Values {
  const values: unknown = parse(fs.readFileSync(path.join(chart, "values.yaml"), "utf8"));
  return isMap(values) ? values : {};
}

/**
 * Holds values against the chart's schema, which Helm itself does only during the install.
 *
 * @param values as handed to the chart
 * @returns one line per problem, each with the key, what it must be, and what it is
 */
export function valuesProblems(values: Values, chart: string = CHART): string[] {
  const schema: unknown = JSON.parse(
    fs.readFileSync(path.join(chart, "values.schema.json"), "utf8"),
  );
  if (!isMap(schema)) {
    throw new Error(`${chart}/values.schema.json is not a JSON schema`);
  }
  const validate = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(schema);
  return validate(mergeValues(chartDefaults(chart), values))
    ? []
    : [...new Set((validate.errors ?? []).map(describe))];
}

function describe({ instancePath, keyword, params, message, parentSchema, data }: ErrorObject) {
  const at = ["values", ...instancePath.split("/").slice(1)].join(".");
  if (keyword === "additionalProperties") {
    const unknown = String(params["additionalProperty"]);
    const known = isMap(parentSchema) && isMap(parentSchema["properties"]);
    const names = known ? Object.keys(parentSchema["properties"] as Values) : [];
    const hint = names.length > 0 ? ` Did you mean "${closest(unknown, names)}"?` : "";
    return `soc-agent:${at}.${unknown}: is not a value of the chart.${hint} See ${CHART}/values.yaml`;
  }
  const allowed = Array.isArray(params["allowedValues"])
    ? `: ${params["allowedValues"].map(show).join(", ")}`
    : "";
  return `soc-agent:${at}: ${message ?? keyword}${allowed}, got ${show(data)}. See ${CHART}/values.yaml`;
}

/** A digest of all that Helm renders from: documentation may change without an upgrade. */
export function chartDigest(chart: string): string {
  const rendered = [
    "Chart.yaml",
    "values.yaml",
    "values.schema.json",
    "templates",
    "files",
    "charts",
  ];
  const hash = createHash("sha256");
  for (const name of rendered.flatMap((entry) => filesBelow(chart, entry)).sort()) {
    const content = fs.readFileSync(path.join(chart, name));
    hash.update(JSON.stringify([name, content.length])).update(content);
  }
  return `sha256:${hash.digest("hex").slice(0, 12)}`;
}

function filesBelow(root: string, name: string): string[] {
  const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    return stat ? [name] : [];
  }
  return fs
    .readdirSync(path.join(root, name))
    .flatMap((entry) => filesBelow(root, path.posix.join(name, entry)));
}
