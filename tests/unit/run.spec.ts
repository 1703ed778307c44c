import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { run } from "../../machine/run";
import { countTests, split, SUITES } from "../run";

describe("countTests", () => {
  const cases: [string, string, number, { passed: number; failed: number }][] = [
    ["mocha's counts", "\n  12 passing (3s)\n  2 failing\n", 2, { passed: 12, failed: 2 }],
    ["several runs of mocha", "  3 passing (1s)\n  4 passing (1s)\n", 0, { passed: 7, failed: 0 }],
    [
      "the counts of mutations",
      "x: 4 passed\n\n17 passed, 3 failed\n",
      1,
      { passed: 17, failed: 3 },
    ],
    ["a command without counts", "all files use the style\n", 0, { passed: 1, failed: 0 }],
    ["a command without counts that failed", "warn\n", 1, { passed: 0, failed: 1 }],
    ["a run that broke outside its tests", "  3 passing (1s)\n", 7, { passed: 3, failed: 1 }],
  ];
  for (const [title, output, code, expected] of cases) {
    it(`reads ${title}`, () => assert.deepEqual(countTests(output, code), expected));
  }
});

describe("split", () => {
  it("has everything that starts containers run alone, and the others beside each other", () => {
    const { beside, alone } = split(SUITES);
    const names = SUITES.map(({ name }) => name);
    assert.deepEqual(
      alone.map(({ name }) => name),
      names.filter((name) => /^(image|compose|e2e.*)$/.test(name)),
    );
    assert.equal(beside.length + alone.length, names.length);
  });
});

describe("a run of mocha", () => {
  let dir: string;
  before(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-run-"))));
  after(() => fs.rmSync(dir, { recursive: true }));

  /** Runs one test, in which `left` is what it leaves behind. */
  const mocha = (left: string) => {
    const spec = path.join(dir, "left.spec.cjs");
    fs.writeFileSync(spec, `it("leaves something", () => { ${left} });`);
    const env = { ...process.env, TEST_ENDING_GRACE: "300" };
    return run(process.execPath, ["node_modules/mocha/bin/mocha.js", spec], { cwd: ROOT, env });
  };

  it("ends when its tests have ended", async () => {
    const { ok, stdout } = await mocha("");
    assert.ok(ok);
    assert.match(stdout, /1 passing/);
  });

  it("fails, and says what is left, where something would keep it for ever", async () => {
    const { ok, stdout, reason } = await mocha('require("node:net").createServer().listen(0)');
    assert.ok(!ok);
    assert.match(stdout, /1 passing/);
    assert.match(reason, /does not end.*TCPServerWrap/);
  });
});
