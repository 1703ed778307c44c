/** `npm run tools`: gets the tools, for those who want them on their PATH. */
import * as path from "node:path";
import { TOOL_NAMES } from "./catalogue";
import { ensureTools } from "./fetch";

/** @returns the exit code */
export async function tools(): Promise<number> {
  const found = await ensureTools(TOOL_NAMES);
  console.log([...new Set(found.map(({ file }) => path.dirname(file)))].join("\n"));
  return 0;
}
