/** Null, which takes a default away, by every way that it comes; and the empty value that says the same. */
import * as assert from "node:assert/strict";
import { isMap, mergeValues } from "../../config/values";
import { chartDefaults } from "../../plan/chart";
import { valuesCheck } from "../../plan/chartSchema";
import {
  CHART,
  helm,
  type HelmOptions,
  render,
  renderAnew,
  template,
  type Values,
} from "./support/helm";
import { containerOf, find, type Manifest } from "./support/manifest";
import { PROFILES } from "./support/profiles";
import { withUmbrella } from "./support/umbrella";

/** Every key of a map of values, with those inside of it, as paths. */
function keysOf(values: Values): string[][] {
  return Object.entries(values).flatMap(([key, value]) => [
    [key],
    ...(isMap(value) ? keysOf(value).map((rest) => [key, ...rest]) : []),
  ]);
}

/** Values in which a path is set. */
const at = (keys: readonly string[], value: unknown): Values =>
  keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;

const problemsOf = valuesCheck(CHART);
const DEFAULTS = chartDefaults(CHART) as Values;
const defaultOf = (keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), DEFAULTS);
/** What rules across several values need in one profile or another. */
const NEEDED = ["backend.env.REDIS_URL", "redis.persistence.size"];
/** Defaults that can be taken away, each with what says the same without a null. */
const REMOVABLE = keysOf(DEFAULTS)
  .filter((keys) => problemsOf(at(keys, null)).length === 0)
  .map((keys): readonly [string[], unknown] => {
    const value = defaultOf(keys);
    const empty = Array.isArray(value)
      ? []
      : isMap(value)
        ? {}
        : typeof value === "boolean"
          ? false
          : "";
    return [keys, empty];
  });

const LIMITS = ["backend", "resources", "limits", "cpu"];
/** What a rendering says of the backend's CPU. */
const limitsOf = (manifests: readonly Manifest[], name = "soc-agent-backend") =>
  containerOf(find(manifests, "Deployment", name)).resources?.limits;
const WITHOUT = { memory: "512Mi", "ephemeral-storage": "256Mi" };

describe("chart: null", function () {
  this.timeout(60_000);

  it("takes the defaults away that the chart can do without, and there are some", () => {
    const removable = REMOVABLE.map(([keys]) => keys.join("."));
    for (const key of [LIMITS.join("."), "ingress.className", "backend.env.LOG_LEVEL"]) {
      assert.ok(removable.includes(key), key);
    }
  });

  it("is refused, for all other keys, by the name of what is missing", () => {
    const removable = new Set(REMOVABLE.map(([keys]) => keys.join(".")));
    for (const keys of keysOf(DEFAULTS).filter((keys) => !removable.has(keys.join(".")))) {
      const problems = problemsOf(at(keys, null)).join("\n");
      // The last label of the DNS pods has no name of its own: the map that it leaves empty is named.
      assert.match(problems, new RegExp(`'${keys.at(-1)}'|${keys.slice(0, -1).join("\\.")}: `));
    }
  });

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`renders what empty values render, all at once, over ${profile} values`, async () => {
      // What a profile sets is its own.
      const free = REMOVABLE.filter(
        ([keys]) =>
          !NEEDED.includes(keys.join(".")) &&
          keys.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), values) ===
            undefined,
      );
      const all = (of: (empty: unknown) => unknown) =>
        free.reduce((sum, [keys, empty]) => mergeValues(sum, at(keys, of(empty))), values);
      // A password that the chart makes is another one each time without a cluster.
      const fixed = mergeValues({ redis: { auth: { existingSecret: "redis" } } }, values);
      const [none, empty] = await Promise.all([
        render({
          values: mergeValues(
            fixed,
            all(() => null),
          ),
        }),
        render({
          values: mergeValues(
            fixed,
            all((one) => one),
          ),
        }),
      ]);
      assert.deepEqual(none, empty);
    });
  }

  it("comes with --set and with a file", async () => {
    const flags = ["--set", `${LIMITS.join(".")}=null`];
    assert.deepEqual(limitsOf(await renderAnew({ flags })), WITHOUT);
    assert.deepEqual(limitsOf(await render({ values: at(LIMITS, null) })), WITHOUT);
  });

  it("leaves the label of the DNS pods to others beside it, and never none at all", async () => {
    const labels = (podLabels: Values) => ({ networkPolicy: { dns: { podLabels } } });
    const [none, empty] = await Promise.all(
      [null, ""].map((gone) => render({ values: labels({ "k8s-app": gone, dns: "coredns" }) })),
    );
    assert.deepEqual(
      none?.filter(({ kind }) => kind === "NetworkPolicy"),
      empty?.filter(({ kind }) => kind === "NetworkPolicy"),
    );
    const { code, stderr } = await template({ values: labels({ "k8s-app": "" }) });
    assert.notEqual(code, 0);
    assert.match(stderr, /networkPolicy\.dns has no label for the DNS pods in kube-system/);
  });
});

describe("chart: null in a parent chart", function () {
  this.timeout(60_000);
  const under = async (options: HelmOptions, values: Values = {}) => {
    const dependencies = [{ alias: "blue" }];
    const manifests = await withUmbrella({ dependencies, values }, (chart) =>
      render({ chart, release: "soc", ...options }),
    );
    return limitsOf(manifests, "soc-blue-backend");
  };

  it("comes with --set and with a file", async () => {
    const flags = ["--set", `blue.${LIMITS.join(".")}=null`];
    assert.deepEqual(await under({ flags }), WITHOUT);
    assert.deepEqual(await under({ values: { blue: at(LIMITS, null) } }), WITHOUT);
  });

  it("is said by an empty value in the parent's own values.yaml, through which no null comes with Helm 4", async () => {
    assert.deepEqual(await under({}, { blue: at(LIMITS, "") }), WITHOUT);
    const { stdout } = await helm(["version", "--template", "{{.Version}}"]);
    const kept = { ...WITHOUT, cpu: "500m" };
    const expected = stdout.startsWith("v4.") ? kept : WITHOUT;
    assert.deepEqual(await under({}, { blue: at(LIMITS, null) }), expected);
  });
});
