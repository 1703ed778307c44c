/** Brings the tables of values in the charts' READMEs up to date with `values.yaml` and its schema. */
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { CHART, STACK_CHART } from "./helm";
import { withValuesTables } from "../../../cli/chartDocs";

for (const chart of [CHART, STACK_CHART]) {
  const read = (file: string) => readFileSync(path.join(chart, file), "utf8");
  writeFileSync(
    path.join(chart, "README.md"),
    withValuesTables(read("README.md"), read("values.yaml"), read("values.schema.json")),
  );
}
