/** Brings the table of values in the chart's README up to date with `values.yaml`. */
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { CHART } from "./helm";
import { withValuesTable } from "./valuesTable";

const readme = path.join(CHART, "README.md");
const values = readFileSync(path.join(CHART, "values.yaml"), "utf8");
writeFileSync(readme, withValuesTable(readFileSync(readme, "utf8"), values));
