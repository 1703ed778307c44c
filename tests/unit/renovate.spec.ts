import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ADD_ONS, type AddOn } from "../../config/addOns";
import { ROOT } from "../../config/project";
import { STACK_PARTS } from "../../config/settings";

interface Renovate {
  readonly customManagers: readonly {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }[];
}

const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

describe("renovate.json", () => {
  const { customManagers } = JSON.parse(read("renovate.json")) as Renovate;

  /** What the manager of a file finds in it. */
  const found = (file: string) =>
    customManagers
      .filter(({ managerFilePatterns }) =>
        managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)),
      )
      .flatMap(({ matchStrings }) => matchStrings)
      .flatMap((text) => [...read(file).matchAll(new RegExp(text, "g"))])
      .map(({ groups = {} }) => `${groups["depName"]} ${groups["currentValue"]}`);

  it("finds the image of every part of the observability stack", () => {
    const images = found("charts/observability/values.yaml");
    assert.equal(images.length, STACK_PARTS.length);
    assert.ok(images.every((image) => /^[a-z-]+\/[a-z0-9-]+ v?\d+\.\d+\.\d+$/.test(image)));
  });

  it("finds the chart of every add-on that comes from a repository", () => {
    const rows: readonly AddOn[] = Object.values(ADD_ONS);
    const charts = rows.flatMap(({ source: { chart, repo, version } }) =>
      repo ? [`${chart} ${version}`] : [],
    );
    assert.ok(charts.length > 0);
    assert.deepEqual(found("config/addOns.ts"), charts);
  });
});
