/** The alerting and recording rules, by promtool: those of the observability stack, and the application's own. */
import * as assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { ROOT } from "../../../config/project";
import { run, type Output } from "../../../machine/run";
import { render } from "../support/helm";
import { find } from "../support/manifest";

const RULES = path.join(ROOT, "charts/observability/files/rules.yaml");
/** Cases in promtool's form, a file for each group of rules. */
const CASES = path.join(__dirname, "rules");
const FACTS = /^soc:(application:info|hpa_max_replicas)\{/;

interface Rule {
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

interface Case {
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
  }[];
}

const groups = (parse(readFileSync(RULES, "utf8")) as { groups: Group[] }).groups;
const alertsOf = (group: Group) => group.rules.filter(({ alert }) => alert !== undefined);
const kind = (group: string) => group.replace(/^[a-z]+(-agent)?-/, "");
const casesOf = (name: string) =>
  (parse(readFileSync(path.join(CASES, `${name}.yaml`), "utf8")) as { tests: Case[] }).tests;

const told = ({ stdout, stderr }: Output) => [stdout, stderr];

describe("rules of Prometheus", function () {
  this.timeout(120_000);

  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), "rules-"))));
  afterEach(() => rm(folder, { recursive: true }));

  const promtool = async (...args: string[]) => {
    const { ok, reason } = await run("promtool", args, { why: told });
    assert.ok(ok, reason);
  };

  /** Runs cases against rules. */
  const runCases = async (rules: string, tests: readonly Case[]) => {
    const file = path.join(folder, "cases.yaml");
    const cases = { rule_files: [rules], evaluation_interval: "15s", tests };
    await writeFile(file, stringify(cases, { aliasDuplicateObjects: false }));
    await promtool("test", "rules", file);
  };

  it("are what Prometheus takes, with a command in each alert", async () => {
    await promtool("check", "rules", "--lint=all", "--lint-fatal", RULES);
    for (const { alert, annotations = {}, labels = {} } of groups.flatMap(alertsOf)) {
      assert.deepEqual(Object.keys(annotations), ["summary", "description", "command"], alert);
      assert.match(annotations["command"] ?? "", /^(kubectl|npm run) /, alert);
      assert.match(labels["severity"] ?? "", /^(critical|warning)$/, alert);
    }
  });

  it("have cases in which each alert fires, and in which it does not", () => {
    const names = groups
      .filter((group) => alertsOf(group).length > 0)
      .map(({ name }) => kind(name));
    assert.deepEqual(readdirSync(CASES).sort(), names.map((name) => `${name}.yaml`).sort());
    for (const group of groups.filter(({ rules }) => rules.some(({ alert }) => alert))) {
      const tried = casesOf(kind(group.name)).flatMap(
        ({ alert_rule_test }) => alert_rule_test ?? [],
      );
      for (const { alert, labels } of alertsOf(group)) {
        const own = tried.filter(({ alertname }) => alertname === alert);
        const fired = own.flatMap(({ exp_alerts }) => exp_alerts);
        assert.ok(
          fired.some(({ exp_labels }) =>
            Object.entries(labels ?? {}).every(([key, value]) => exp_labels[key] === value),
          ),
          `${alert} ${JSON.stringify(labels)} never fires`,
        );
        assert.ok(
          own.some(({ exp_alerts }) => exp_alerts.length === 0),
          `${alert} always fires`,
        );
      }
    }
  });

  for (const name of readdirSync(CASES).map((file) => path.basename(file, ".yaml"))) {
    it(`judge ${name} as the cases say`, () => runCases(RULES, casesOf(name)));
  }

  it("judge alike in the application's own chart, which knows its namespace and its autoscaler", async () => {
    const values = {
      metrics: { prometheusRule: { enabled: true }, serviceMonitor: { enabled: true } },
    };
    const manifests = await render({ values, flags: ["--namespace", "soc-agent"] });
    const { spec } = find(manifests, "PrometheusRule", "soc-agent");
    const rules = path.join(folder, "rules.yaml");
    await writeFile(rules, stringify(spec));
    await promtool("check", "rules", rules);
    const ofApplication = groups.filter(({ name }) => name.startsWith("soc-agent-"));
    for (const group of ofApplication.filter((one) => alertsOf(one).length > 0)) {
      const text = await readFile(path.join(CASES, `${kind(group.name)}.yaml`), "utf8");
      const { tests } = parse(text.replaceAll("soc-backend", "soc-agent-backend")) as {
        tests: Case[];
      };
      const own = tests.map(({ input_series, ...rest }) => ({
        ...rest,
        input_series: input_series.filter(({ series }) => !FACTS.test(series)),
      }));
      await runCases(rules, own);
    }
  });
});
