/** The committed stacks keep the rules, and the rules find what people do to them. */
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { rowOf } from "../../config/addOns";
import { withDefaults } from "../../config/defaults";
import { ROOT } from "../../config/project";
import { mergeValues, type Values } from "../../config/values";
import { renderRelease } from "../../machine/helm";
import { addOnValues, type UpstreamAddOn } from "../../plan/addOnValues";
import { allowedFlows, flowText } from "../../plan/flows";
import { parseObjects } from "../../plan/objects";
import { releaseInputs } from "../../plan/releases";
import { renderReleases } from "../../plan/render";
import { covers, judge, RULES } from "../../plan/rules/judge";
import { findingText, isBroken, type Target } from "../../plan/rules/rule";
import { planStack, type PlannedStack } from "../../plan/stack";
import { readExemptions } from "../../policy/agreed";
import { targetOf } from "../../policy/look";
import { addOnChart, withCharts } from "./support/addOnCharts";
import { MISTAKES, REFACTORINGS, WIDENINGS, type Seed } from "./support/seeds";

const STACKS = ["dev", "prod"] as const;

/** The committed stacks, and the add-ons that neither of them has. */
function plans(): (readonly [name: string, planned: PlannedStack])[] {
  const certManager = { install: true, email: "ops@example.com" };
  const cluster = { existing: { kubeconfig: "k", context: "c" } };
  const others = {
    traefik: { ingress: { controller: "traefik" }, certManager },
    existing: { cluster, metricsServer: { install: true }, certManager },
  } as const;
  return [
    ...STACKS.map((stack) => [stack, planStack(stack)] as const),
    ...Object.entries(others).map(
      ([name, input]) => [name, { ...planStack("dev"), config: withDefaults(input) }] as const,
    ),
  ];
}

/** What the rules see of a stack, its add-ons' charts included, as if these were upstream's. */
async function look(planned: PlannedStack): Promise<Target> {
  const here = withCharts(planned);
  return targetOf(here, await renderReleases(here), releaseInputs(planned.config));
}

describe("the policy", function () {
  this.timeout(60_000);
  const exemptions = readExemptions();
  const targets = new Map<string, Target>();

  before(async () => {
    for (const [name, planned] of plans()) {
      targets.set(name, await look(planned));
    }
  });

  const target = (stack: string): Target => {
    const found = targets.get(stack);
    assert.ok(found);
    return found;
  };
  const found = ({ stack, edit }: Seed) => judge(edit(target(stack)), exemptions);

  /** What is said of a stack as it is committed, and keeps nobody from deploying it. */
  const SAID: Readonly<Record<string, readonly string[]>> = {
    // Only who deploys it knows the provider that people log in at.
    prod: ["login-asked: Ingress soc-agent/soc-agent lets everybody in"],
  };
  for (const stack of STACKS) {
    it(`is kept by the stack ${stack}`, () => {
      const findings = judge(target(stack), exemptions);
      assert.ok(!isBroken(findings));
      const said = findings.map(({ rule, at, what }) => `${rule.id}: ${at} ${what}`);
      assert.deepEqual(said, SAID[stack] ?? []);
    });

    it(`has the flows of the stack ${stack} committed, and none besides`, () => {
      const { objects, allowed } = target(stack);
      assert.deepEqual((allowed ?? []).map(flowText), allowedFlows(objects).map(flowText));
    });
  }

  it("has no exemption that is for nothing", () => {
    const all = [...targets.values()].flatMap((one) => judge(one));
    const idle = exemptions.filter((one) => !all.some((finding) => covers(one, finding)));
    assert.deepEqual(idle, []);
  });

  for (const name of ["traefik", "existing"]) {
    it(`is kept by the add-ons of a stack: ${name}`, () => {
      const findings = judge(target(name), exemptions).filter(({ addOn }) => addOn !== undefined);
      assert.deepEqual(findings.map(findingText), []);
      assert.equal(Object.keys(target(name).addOns).length, name === "traefik" ? 3 : 2);
    });
  }

  /** Mistakes in what the program gives the charts of add-ons, and the rules that find them. */
  const slips: readonly (readonly [name: UpstreamAddOn, slip: Values, rule: string])[] = [
    ["ingress-nginx", { controller: { service: { type: "LoadBalancer" } } }, "no-outer-service"],
    ["ingress-nginx", { controller: { admissionWebhooks: { enabled: true } } }, "pods-restricted"],
    ["traefik", { service: { spec: { type: "NodePort" } } }, "no-outer-service"],
    ["metrics-server", { args: ["--token=ghp_" + "a".repeat(36)] }, "no-plaintext-secret"],
  ];
  for (const [name, slip, rule] of slips) {
    it(`finds in the values of ${name}: ${JSON.stringify(slip)}`, async () => {
      const { config } = planStack("dev");
      const values = mergeValues(addOnValues(name, config), slip);
      const { namespace } = rowOf(name);
      const release = { name, namespace, chart: addOnChart(name), values };
      const objects = parseObjects(await renderRelease(release, undefined));
      const ofVersion = (version: string) => {
        const releases = [{ name, chart: name, version }];
        const all = judge({ ...target("dev"), releases, addOns: { [name]: objects } }, exemptions);
        return all.filter(({ addOn }) => addOn === name);
      };
      const usual = ofVersion(rowOf(name).source.version ?? "");
      assert.ok(isBroken(usual.filter((one) => one.rule.id === rule)));
      // Of another chart only its owner can agree to anything.
      const other = ofVersion("0.0.1");
      assert.deepEqual([other.length, isBroken(other)], [usual.length, false]);
    });
  }

  it("is tried with twenty of each", () => {
    const counts = [MISTAKES, WIDENINGS, REFACTORINGS].map((seeds) => seeds.length);
    assert.deepEqual(counts, [20, 20, 20]);
  });

  for (const mistake of MISTAKES) {
    it(`finds that ${mistake.title}`, () => {
      assert.ok(found(mistake).some(({ rule }) => rule.id === mistake.rule));
    });
  }

  for (const widening of WIDENINGS) {
    it(`finds that ${widening.title}`, () => {
      assert.ok(found(widening).some(({ rule }) => rule.id === "flow-agreed"));
    });
  }

  for (const refactoring of REFACTORINGS) {
    it(`says nothing where ${refactoring.title}`, () => {
      const { stack, edit } = refactoring;
      assert.notDeepEqual(edit(target(stack)), target(stack), "the edit changes nothing");
      assert.deepEqual(found(refactoring).map(findingText), []);
    });
  }

  it("is told in docs/policy.md: every rule, and what finds which mistake", () => {
    const page = readFileSync(path.join(ROOT, "docs/policy.md"), "utf8");
    const rows = page
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const has = (...cells: string[]) =>
      rows.some((row) => cells.every((cell, at) => row[at + 1] === cell));
    const missing = [
      ...RULES.filter(({ id }) => !has(`\`${id}\``)).map(({ id }) => id),
      ...MISTAKES.filter(({ title, rule }) => !has(title, `\`${rule}\``)).map(({ title }) => title),
      ...WIDENINGS.filter(({ title }) => !has(title, "`flow-agreed`")).map(({ title }) => title),
    ];
    assert.deepEqual(missing, []);
  });
});
