/** Holds values against the schema of a chart, before Helm does. */
import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { closest } from "fastest-levenshtein";
import { coalesceValues, isMap, show, type Values } from "../config/values";
import { CHART, chartDefaults } from "./chart";

/**
 * Holds values against the chart's schema, which Helm itself does only during the install.
 *
 * @param values as handed to the chart
 * @returns one line per problem, each with the key, what it must be, and what it is
 */
export function valuesProblems(values: Values): string[] {
  return valuesCheck()(values);
}

/** {@link valuesProblems}, for many values: the schema is read once. */
export function valuesCheck(chart: string = CHART): (values: Values) => string[] {
  const schema: unknown = JSON.parse(
    fs.readFileSync(path.join(chart, "values.schema.json"), "utf8"),
  );
  if (!isMap(schema)) {
    throw new Error(`${chart}/values.schema.json is not a JSON schema`);
  }
  // What the root refers to lets another version's values pass. Here there are none.
  const { $ref: _, ...own } = schema;
  // The code for it is used once: to make it faster takes longer than to use it.
  const options = { allErrors: true, strict: false, verbose: true, code: { optimize: false } };
  const validate = new Ajv(options).compile(own);
  const defaults = chartDefaults(chart);
  return (values) =>
    validate(coalesceValues(defaults, values))
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
