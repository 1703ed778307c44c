import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { findCircle, importsOf, type Import } from "../support/imports";
import { Scratch } from "./support/fakes";

/** The rooms, lowest first: each may use what stands before it, and itself. */
const ROOMS = [
  "config",
  "machine",
  "plan",
  "cluster",
  "components",
  "scripts",
  "policy",
  "tests/support",
  "bench",
  "cli",
];

/** Who may load Pulumi's packages when they run: others start without them, in a fraction of the time. */
const LOADS_PULUMI = /^(config\/load|machine\/read|index)\.ts$|^(components|policy)\//;

/** Lines above which a file has more than one thing to do. */
const LONG = 250;

/** Made from the chart's schema, and as long as that has values. */
const GENERATED = "plan/chartValues.ts";

const roomOf = (file: string) => ROOMS.findIndex((room) => file.startsWith(`${room}/`));

/** The TypeScript files of a room; none of one that is not there yet. */
function filesBelow(room: string): string[] {
  const dir = path.join(ROOT, room);
  return fs.existsSync(dir)
    ? fs
        .readdirSync(dir, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${room}/${name.split(path.sep).join("/")}`)
    : [];
}

/** Imports that lead up, or out of the rooms. Only `index.ts` stands above all of them. */
function upward(imports: readonly Import[]): string[] {
  return imports
    .filter(({ to }) => to.endsWith(".ts"))
    .filter(({ from, to }) => from !== "index.ts" && (roomOf(to) < 0 || roomOf(to) > roomOf(from)))
    .map(({ from, to }) => `${from} imports ${to}`);
}

describe("the rooms", () => {
  const files = ["index.ts", ...ROOMS.flatMap(filesBelow)];
  const imports = importsOf(ROOT, files);

  it("are all of the sources", () => {
    const top = fs.readdirSync(ROOT).filter((name) => /\.[cm]?ts$/.test(name));
    assert.deepEqual(top, ["index.ts"]);
    assert.ok(files.length > 80, `only ${files.length} files were looked at`);
  });

  it("use only what stands below them", () => assert.deepEqual(upward(imports), []));

  it("have no circle of files", () => assert.equal(findCircle(imports)?.join(" -> "), undefined));

  it("load Pulumi only where resources are registered or the stack is read", () => {
    const loading = imports
      .filter(({ to, typeOnly }) => to.startsWith("@pulumi/") && !typeOnly)
      .map(({ from }) => from);
    assert.deepEqual(
      [...new Set(loading)].filter((file) => !LOADS_PULUMI.test(file)),
      [],
    );
  });

  it("have no file that has outgrown them", () => {
    const long = files
      .filter((file) => !file.startsWith("tests/") && file !== GENERATED)
      .map((file) => [file, fs.readFileSync(path.join(ROOT, file), "utf8").split("\n").length - 1])
      .filter(([, lines]) => Number(lines) > LONG);
    assert.deepEqual(long, []);
  });

  describe("are told apart by resolved paths", () => {
    let scratch: Scratch;
    beforeEach(() => (scratch = new Scratch()));
    afterEach(() => scratch.remove());

    const read = (sources: Readonly<Record<string, string>>) => {
      for (const [file, text] of Object.entries(sources)) {
        fs.mkdirSync(path.dirname(scratch.file(file)), { recursive: true });
        fs.writeFileSync(scratch.file(file), text);
      }
      return importsOf(scratch.dir, Object.keys(sources));
    };

    it("sees an import that leads up, of a type too", () => {
      const found = read({
        "cluster/smoke.ts": "",
        "components/cluster/cluster.ts": "",
        "components/a.ts": 'import { b } from "./cluster/cluster"; import "../cluster/smoke";',
        "cluster/c.ts": 'import type { d } from "../components/cluster/cluster";',
      });
      assert.deepEqual(upward(found), ["cluster/c.ts imports components/cluster/cluster.ts"]);
    });

    it("sees a circle, of types too", () => {
      const found = read({
        "plan/a.ts": 'import { type B } from "./b";',
        "plan/b.ts": 'export type B = typeof import("./c");',
        "plan/c.ts": 'import a = require("./a");',
      });
      assert.deepEqual(findCircle(found), ["plan/a.ts", "plan/b.ts", "plan/c.ts", "plan/a.ts"]);
    });

    it("tells a package that is loaded from one whose types are used", () => {
      const found = read({
        "cli/a.ts":
          'import type * as p from "@pulumi/pulumi"; import { type K } from "@pulumi/kubernetes";',
        "cli/b.ts": 'const load = () => import("@pulumi/kubernetes/core/v1");',
      });
      assert.deepEqual(found, [
        { from: "cli/a.ts", to: "@pulumi/pulumi", typeOnly: true },
        { from: "cli/a.ts", to: "@pulumi/kubernetes", typeOnly: true },
        { from: "cli/b.ts", to: "@pulumi/kubernetes", typeOnly: false },
      ]);
    });
  });
});
