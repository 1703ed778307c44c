/** The committed stacks keep the rules, and the rules find what people do to them. */
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { allowedFlows, flowText } from "../../plan/flows";
import { covers, judge, RULES } from "../../plan/rules/judge";
import { findingText, isBroken, type Target } from "../../plan/rules/rule";
import { planStack } from "../../plan/stack";
import { readExemptions } from "../../policy/agreed";
import { targetOf } from "../../policy/look";
import { MISTAKES, REFACTORINGS, WIDENINGS, type Seed } from "./support/seeds";

const STACKS = ["dev", "prod"] as const;

describe("the policy", function () {
  this.timeout(60_000);
  const exemptions = readExemptions();
  const targets = new Map<string, Target>();

  before(async () => {
    for (const stack of STACKS) {
      targets.set(stack, await targetOf(planStack(stack)));
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
    const all = STACKS.flatMap((stack) => judge(target(stack)));
    const idle = exemptions.filter((one) => !all.some((finding) => covers(one, finding)));
    assert.deepEqual(idle, []);
  });

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
