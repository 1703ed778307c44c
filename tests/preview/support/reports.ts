/** The reports of two changes, as docs/preview.md shows them. `npx tsx tests/preview/support/reports.ts` writes them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { textReport } from "../../../cli/report/text";
import { ROOT } from "../../../config/project";
import { runMain } from "../../../machine/run";
import { overlay, type ChartOverrides } from "../../../plan/chart";
import { consequences } from "../../../plan/consequences";
import { diffObjects } from "../../../plan/diff";
import { kubernetesVersion, renderStack } from "../../../plan/render";
import { renderedFor } from "../../../plan/report";
import { planStack } from "../../../plan/stack";

/** The document, relative to the project. */
export const DOCUMENT = "docs/preview.md";

/** Changes of the prod stack's chart values, in the document's order. */
const CHANGES: readonly ChartOverrides[] = [
  {
    backend: {
      env: { LOG_LEVEL: "DEBUG" },
      hpa: { maxReplicas: 30 },
      resources: { requests: { memory: "2Gi" } },
    },
  },
  { networkPolicy: { enabled: false }, redis: { persistence: { size: "16Gi" } } },
];

/** The report of a change. */
async function report(change: ChartOverrides): Promise<string> {
  const planned = planStack("prod");
  const [before, after] = await Promise.all([
    renderStack(planned),
    renderStack({ ...planned, values: overlay(planned.values, change) }),
  ]);
  const difference = diffObjects(before, after);
  const stack = {
    stack: planned.stack,
    rendered: renderedFor(kubernetesVersion(planned.config)),
    unseen: [],
    difference,
    consequences: consequences(difference, { before, after }),
  };
  const base = "1a2b3c4 (where HEAD left origin/main)";
  const shown = textReport({ base, stacks: [stack], leftOut: [] });
  // A terminal, and CI, get colours.
  return stripVTControlCharacters(shown);
}

/** The document with the reports that are true today. */
export async function withReports(text: string): Promise<string> {
  const reports = await Promise.all(CHANGES.map(report));
  const place = /(?<=<!-- report -->\n)[^]*?(?=<!-- end -->)/g;
  if ((text.match(place) ?? []).length !== reports.length) {
    throw new Error(`${DOCUMENT} has not the ${reports.length} places that reports belong to`);
  }
  let at = 0;
  return text.replace(place, () => `\n\`\`\`text\n${reports[at++]}\n\`\`\`\n\n`);
}

if (require.main === module) {
  process.chdir(ROOT);
  const file = path.join(ROOT, DOCUMENT);
  runMain(async () => fs.writeFileSync(file, await withReports(fs.readFileSync(file, "utf8"))));
}
