import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** The rooms of `src`, lowest first: each may use what stands before it. */
const ROOMS = [
  "base",
  "config",
  "contract",
  "telemetry",
  "threats",
  "agents",
  "analyzers",
  "model",
  "store",
  "ingest",
  "service",
  "login",
  "server",
  "routes",
];
/** The files beside the rooms, which may use all of them. */
const ENTRIES = ["app.ts", "main.ts"];

/** What each file imports, types included; all paths start from the folder of the sources. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** Reads which files import which, by where the paths lead and not by how they are written. */
function readImports(folder: string): Imports {
  const files = readdirSync(folder, { encoding: "utf8", recursive: true }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(
    files.map((file) => {
      const path = resolve(folder, file);
      const { importedFiles } = ts.preProcessFile(readFileSync(path, "utf8"));
      const targets = importedFiles
        .filter(({ fileName }) => /^[./]/.test(fileName))
        .map(({ fileName }) => resolve(dirname(path), fileName.replace(/\.js$/, ".ts")));
      targets.forEach((target) => assert.ok(existsSync(target), `${file} imports ${target}`));
      return [file, targets.map((target) => relative(folder, target))];
    }),
  );
}

/** The height of a file's room; -1 for a file that is in none. */
function height(file: string): number {
  return ENTRIES.includes(file) ? ROOMS.length : ROOMS.indexOf(file.split("/", 1)[0] ?? "");
}

/** The imports that go from a room to a higher one, as `from -> to`. */
function upward(imports: Imports): readonly string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => height(target) > height(file))
      .map((target) => `${file} -> ${target}`),
  );
}

/** The circles of files that a walk along the imports comes upon, as `a -> b -> a`. */
function circles(imports: Imports): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) {
      found.push([...way.slice(way.indexOf(file)), file].join(" -> "));
    } else if (!done.has(file)) {
      imports.get(file)?.forEach((target) => walk(target, [...way, file]));
      done.add(file);
    }
  };
  [...imports.keys()].forEach((file) => walk(file, []));
  return found;
}

describe("the rooms of the sources", () => {
  const imports = readImports(SRC);

  it("hold every file but the entries", () => {
    assert.deepEqual(
      [...imports.keys()].filter((file) => height(file) < 0),
      [],
    );
    const used = new Set([...imports.keys()].map((file) => file.split("/", 1)[0]));
    assert.deepEqual([...used].sort(), [...ROOMS, ...ENTRIES].sort());
  });

  it("import from lower rooms only", () => {
    assert.deepEqual(upward(imports), []);
  });

  it("have no circle of imports, not even of types", () => {
    assert.deepEqual(circles(imports), []);
  });
});

describe("the check of imports", () => {
  it("finds one that goes upward, a circle, and nothing else", () => {
    const imports = new Map([
      ["main.ts", ["store/a.ts", "base/d.ts"]],
      ["store/a.ts", ["store/b.ts"]],
      ["store/b.ts", ["base/c.ts", "store/a.ts"]],
      ["base/c.ts", ["base/d.ts", "store/e.ts"]],
    ]);
    assert.deepEqual(upward(imports), ["base/c.ts -> store/e.ts"]);
    assert.deepEqual(circles(imports), ["store/a.ts -> store/b.ts -> store/a.ts"]);
  });
});
