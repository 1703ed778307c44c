/** What has been agreed to about the rules: exemptions from them, and the flows of each stack. Both are committed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { ADD_ON_NAMES } from "../config/addOns";
import { readYaml } from "../config/file";
import { ROOT } from "../config/project";
import { isUpstream } from "../plan/addOnValues";
import { flowText, parseFlow, type Flow } from "../plan/flows";
import { RULES, type Exemption } from "../plan/rules/judge";

/** Relative to the project. */
export const EXEMPTIONS = "policy/exemptions.yaml";

const addOns: readonly string[] = ADD_ON_NAMES.filter(isUpstream);
const ids = RULES.map(({ id }) => id);

const exemptions = z.array(
  z.strictObject({
    addOn: z
      .string()
      .refine((name) => addOns.includes(name), `must be one of ${addOns.join(", ")}`)
      .optional(),
    rule: z.string().refine((id) => ids.includes(id), `must be one of ${ids.join(", ")}`),
    at: z.string().min(1),
    what: z.string().min(1).optional(),
    reason: z.string().min(20, "must say why, in a sentence"),
  }),
);

/**
 * The exemptions that are committed.
 *
 * @throws Error that lists every problem of the file
 */
export function readExemptions(): Exemption[] {
  const refused = (problems: readonly string[]) =>
    new Error([`${EXEMPTIONS}:`, ...problems].join("\n  - "));
  const file = readYaml(path.join(ROOT, EXEMPTIONS));
  if ("problems" in file) {
    throw refused(file.problems);
  }
  // Nothing but comments is no exemption.
  const read = exemptions.safeParse(file.content ?? []);
  if (!read.success) {
    throw refused(
      read.error.issues.map(({ path, message }) => `${path.join(".") || "all"}: ${message}`),
    );
  }
  return read.data.map(({ addOn, what, ...rest }) => ({
    ...rest,
    ...(addOn !== undefined && { addOn }),
    ...(what !== undefined && { what }),
  }));
}

/** Where a stack's flows are, relative to the project. */
export function flowsFile(stack: string): string {
  return `policy/flows.${stack}.txt`;
}

/**
 * The flows that were agreed to for a stack; `undefined` where it has no such file.
 *
 * @throws Error that names the file and the line that is no flow
 */
export function readFlows(stack: string): Flow[] | undefined {
  const file = path.join(ROOT, flowsFile(stack));
  if (!fs.existsSync(file)) {
    return undefined;
  }
  const lines = fs.readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, at) => {
    if (line.trim() === "" || line.startsWith("#")) {
      return [];
    }
    try {
      return [parseFlow(line)];
    } catch (error) {
      throw new Error(`${flowsFile(stack)}, line ${at + 1}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}

/** Writes the flows that are agreed to for a stack. */
export function writeFlows(stack: string, flows: readonly Flow[]): void {
  const head = [
    `# Who may talk to whom in the stack ${stack}, as its NetworkPolicies allow it. A flow that is not here fails`,
    "# npm run policy and npm run up. Written by: npm run policy -- --write",
  ];
  const lines = [...head, ...flows.map(flowText)];
  fs.writeFileSync(path.join(ROOT, flowsFile(stack)), `${lines.join("\n")}\n`);
}
