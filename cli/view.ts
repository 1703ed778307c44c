/** How the commands show what they found. */
import pc from "picocolors";
import { table } from "../machine/table";
import type { Problem } from "./preflight/problems";
import { TOOL_NAMES, TOOLS } from "./tools/catalogue";
import type { Found, Missing } from "./tools/find";

/** Prints problems. @returns whether there is an error among them */
export function report(found: readonly Problem[]): boolean {
  for (const { level, what, fix } of found) {
    const label = level === "error" ? pc.red("error  ") : pc.yellow("warning");
    console.log(`${label}  ${what}\n         ${fix}`);
  }
  return found.some(({ level }) => level === "error");
}

/** A table of all tools: those that were found, and how those that are missing come. */
export function toolTable(found: readonly Found[], missing: readonly Missing[]): string {
  const rows = TOOL_NAMES.flatMap((name) => {
    const tool = TOOLS[name];
    const there = found.find((one) => one.tool === tool);
    const lacking = missing.find((one) => one.tool === tool);
    return [
      ...(there ? [[name, there.version, `needed: ${tool.range}`, there.file]] : []),
      ...(lacking
        ? [
            [
              name,
              "-",
              `needed: ${tool.range}`,
              `up fetches ${tool.version} (${lacking.tried.join("; ")})`,
            ],
          ]
        : []),
    ];
  });
  return table(rows);
}

/** Prints a text under a title. */
export function section(title: string, text: string): void {
  console.log(`\n${pc.bold(title)}${text && `\n${text}`}`);
}
