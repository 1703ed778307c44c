import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { SUITES } from "../run";
import { ADD_ONS } from "../../config/addOns";
import { DEFAULT_NODE_IMAGE } from "../../config/defaults";
import { ROOT } from "../../config/project";
import { TOOLS } from "../../cli/tools/catalogue";

/** Most lines of the README: what everybody needs, and nothing else. */
const README_LINES = 120;

const PAGES = fs
  .readdirSync(path.join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const CHARTS = ["charts/soc-agent/README.md", "charts/observability/README.md"];
const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...CHARTS, ...PAGES];

/** A file's text as its readers see it: comments are for those who write it. */
function read(file: string): string {
  return fs.readFileSync(path.join(ROOT, file), "utf8").replace(/<!--.*?-->/gs, "");
}

/** A document without its blocks of code, whose comments and brackets are neither headings nor links. */
function withoutBlocks(text: string): string {
  return text.replace(/^( *)```.*?^\1```$/gms, "");
}

/** Targets of the links and images of a document, without those to other sites. */
function targets(text: string): string[] {
  const prose = withoutBlocks(text).replace(/`[^`]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives to the headings of a document. */
function anchors(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** What is wrong with a link of a document; nothing when it leads somewhere. */
function linkProblem(from: string, target: string): string | undefined {
  const [file = "", anchor] = target.split("#");
  const to = file === "" ? from : path.posix.join(path.posix.dirname(from), file);
  if (!fs.existsSync(path.join(ROOT, to))) {
    return `${target}: there is no ${to}`;
  }
  return anchor === undefined || anchors(read(to)).includes(anchor)
    ? undefined
    : `${target}: ${to} has no heading #${anchor}`;
}

/** The files of this project that a document names by where they are. */
function files(text: string): string[] {
  const found = withoutBlocks(text).matchAll(
    /`([\w-][\w.-]*(?:\/[\w.-]+)+\.(?:[cm]?[jt]s|ya?ml|txt))`/g,
  );
  return [...found].map(([, file = ""]) => file);
}

/** The npm scripts that a document names, each with the folder of its package. */
function npmScripts(text: string): { readonly name: string; readonly folder: string }[] {
  const found = text.matchAll(/npm run\s+(?:--silent\s+)?([\w:-]+)(?:\s+--prefix\s+([\w/]+))?/g);
  return [...found].map(([, name = "", folder = "."]) => ({ name, folder }));
}

/** The suites that a document names as arguments of `npm test`. */
function suites(text: string): string[] {
  return [...text.matchAll(/npm test -- ([^`\n#]+)/g)].flatMap(([, names = ""]) =>
    names.trim().split(/\s+/),
  );
}

/** Names of the scripts of a folder's package. */
function scriptsOf(folder: string): string[] {
  const file = path.join(ROOT, folder, "package.json");
  const { scripts } = JSON.parse(fs.readFileSync(file, "utf8")) as { scripts: object };
  return Object.keys(scripts);
}

for (const file of DOCUMENTS) {
  describe(file, () => {
    const text = read(file);

    it("has links that lead somewhere", () => {
      const problems = targets(text).flatMap((target) => linkProblem(file, target) ?? []);
      assert.deepEqual(problems, []);
    });

    it("names files that there are", () => {
      const missing = files(text).filter((name) => !fs.existsSync(path.join(ROOT, name)));
      assert.deepEqual(missing, []);
    });

    it("names npm scripts that there are", () => {
      const unknown = npmScripts(text).filter(
        ({ name, folder }) => !scriptsOf(folder).includes(name),
      );
      assert.deepEqual(unknown, []);
    });

    it("names suites that there are", () => {
      const known = SUITES.map(({ name }) => name);
      assert.deepEqual(
        suites(text).filter((name) => !known.includes(name)),
        [],
      );
    });
  });
}

describe("README.md", () => {
  const text = read("README.md");

  it(`has at most ${README_LINES} lines`, () => {
    const lines = fs.readFileSync(path.join(ROOT, "README.md"), "utf8").trimEnd().split("\n");
    assert.ok(lines.length <= README_LINES, `it has ${lines.length}`);
  });

  it("has the test command, and leads to every page of docs/", () => {
    assert.match(text, /^npm ci && npm test$/m);
    assert.deepEqual(
      PAGES.filter((page) => !targets(text).includes(page)),
      [],
    );
  });
});

describe("CONTRIBUTING.md", () => {
  it("has a row for every suite", () => {
    const text = read("CONTRIBUTING.md");
    const missing = SUITES.filter(({ name }) => !text.includes(`| \`${name}\` `));
    assert.deepEqual(missing, []);
  });
});

describe("the check of documents", () => {
  const text = [
    "# Title: a `b.c`?",
    "[one](x.md#a-b) ![two](y.png) [site](https://example.com/z) `[not](code.md)`",
    "```sh",
    "# no heading",
    "npm run --silent values -- prod",
    "npm test -- unit chart # both",
    "```",
    "`npm run bench --prefix backend`, `npm test -- e2e`",
    "`tests/run.ts`, a `run.ts` of anybody's and `/etc/config.yaml`",
  ].join("\n");

  it("finds links, files, headings, scripts and suites", () => {
    assert.deepEqual(files(text), ["tests/run.ts"]);
    assert.deepEqual(targets(text), ["x.md#a-b", "y.png"]);
    assert.deepEqual(anchors(text), ["title-a-bc"]);
    assert.deepEqual(npmScripts(text), [
      { name: "values", folder: "." },
      { name: "bench", folder: "backend" },
    ]);
    assert.deepEqual(suites(text), ["unit", "chart", "e2e"]);
  });

  it("finds something in every kind of document", () => {
    const all = DOCUMENTS.map(read).join("\n");
    assert.ok(targets(all).length > 30);
    assert.ok(files(all).length > 10);
    assert.ok(npmScripts(all).length > 30);
    assert.ok(suites(all).length > 0);
  });
});

describe("the table of what is supported until when", () => {
  const [, table = ""] = read("docs/production.md").split("## Supported until");
  const versionIn = (file: string, pattern: RegExp) => pattern.exec(read(file))?.[1] ?? "";
  const rows: readonly (readonly [string, string])[] = [
    ["Kubernetes of the dev stack", /:v(\d+\.\d+)/.exec(DEFAULT_NODE_IMAGE)?.[1] ?? ""],
    ["Node.js in the images", versionIn("backend/Dockerfile", /^FROM node:(\d+)/m)],
    ["Node.js for the npm commands", versionIn("package.json", /"node": ">=([\d.]+)"/)],
    ["Helm that is fetched", TOOLS.helm.version],
    ["ingress-nginx, chart", ADD_ONS["ingress-nginx"].source.version],
    ["Redis", versionIn("compose.yaml", /image: (redis:\S+)/)],
  ];
  for (const [part, version] of rows) {
    it(`has the version that is used of: ${part}`, () => {
      const row = table.split("\n").find((line) => line.startsWith(`| ${part} `)) ?? "";
      const named = (row.split("|")[2] ?? "").replaceAll("`", "").split(",");
      assert.ok(version !== "" && named.map((name) => name.trim()).includes(version), row);
    });
  }
});
