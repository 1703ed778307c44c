/** `npm run tools`: gets the tools, for those who want them on their PATH, or runs one of them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { stackFile } from "../../config/project";
import { keepingFile, listStacks, makeStack, onTerminal, pulumiEnvironment } from "../pulumi";
import type { Request } from "../request";
import { TOOL_NAMES } from "./catalogue";
import { ensureTools } from "./fetch";

/** @returns the exit code */
export async function tools({ line: [name, ...args] = [] }: Request): Promise<number> {
  const tool = TOOL_NAMES.find((one) => one === name);
  const found = await ensureTools(tool === undefined || tool === "pulumi" ? TOOL_NAMES : [tool]);
  if (tool === undefined) {
    console.log([...new Set(found.map(({ file }) => path.dirname(file)))].join("\n"));
    return 0;
  }
  const env = pulumiEnvironment(found);
  const stack = tool === "pulumi" ? stackIn(args) : undefined;
  if (stack === undefined || !fs.existsSync(stackFile(stack))) {
    return onTerminal(tool, env, args);
  }
  // On a fresh clone Pulumi knows of none, and what is printed has to work there.
  return keepingFile(stack, async () => {
    if (!(await listStacks(env)).includes(stack)) {
      await makeStack(stack, env);
    }
    return onTerminal(tool, env, args);
  });
}

/** The stack that a line of Pulumi's is about. */
function stackIn(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^(--stack|-s)(=|$)/.test(arg));
  const option = args[at];
  return option?.includes("=") ? option.slice(option.indexOf("=") + 1) : args[at + 1];
}
