/**
 * `npm run policy`: holds every stack against the rules, and its network against the flows that were agreed to.
 *
 * Exit codes: 0 all is kept, 3 a rule is broken, 1 it could not look, 2 for a line that it does not understand.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { OPTIONS, refusalOfTaken } from "../config/options.cjs";
import { ROOT } from "../config/project";
import { messageOf } from "../machine/run";
import { allowedFlows, beyond, flowText, type Flow } from "../plan/flows";
import { judge, type Exemption } from "../plan/rules/judge";
import { renderReleases } from "../plan/render";
import { planStack } from "../plan/stack";
import { flowsFile, readExemptions, writeFlows } from "../policy/agreed";
import { targetOf } from "../policy/look";
import { BROKEN, keepsAll, tellUnseen } from "./rules";
import { useTools } from "./tools/environment";
import { ensureTools } from "./tools/fetch";

const HELP = `npm run policy -- [--stack NAME] [--write]

Hold every stack against the rules (docs/policy.md); needs neither Docker nor a cluster.

  --stack NAME  Stack to look at; dev and prod by default. May be given several times.
  --write       Agree to the flows that the stack's NetworkPolicies allow: write them to policy/flows.NAME.txt.
  -h, --help    This text.`;

/** Looks at a stack, and prints what it found. @returns whether all rules are kept */
async function look(stack: string, write: boolean, exemptions: Exemption[]): Promise<boolean> {
  console.log(pc.bold(`Stack ${stack}`));
  const planned = planStack(stack);
  const rendered = await renderReleases(planned);
  const target = targetOf(planned, rendered);
  const flows = allowedFlows(target.objects);
  if (write) {
    writeFlows(stack, flows);
  }
  const allowed = write ? flows : target.allowed;
  const kept = keepsAll(judge({ ...target, ...(allowed && { allowed }) }, exemptions));
  tellUnseen(rendered.unseen);
  console.log(networkText(stack, flows, allowed));
  return kept;
}

/** What there is to say of a stack's network beside the findings. */
function networkText(stack: string, flows: readonly Flow[], allowed?: readonly Flow[]): string {
  const file = flowsFile(stack);
  if (allowed === undefined) {
    return `There is no ${file}, so the network is held against nothing. To write it: npm run policy -- --write --stack ${stack}`;
  }
  const gone = beyond(allowed, flows).map((flow) => `\n  ${flowText(flow)}`);
  return gone.length === 0
    ? `Looked at: ${flows.length} flows.`
    : `Nothing allows these any more, and --write takes them out of ${file}:${gone.join("")}`;
}

async function main(args: readonly string[]): Promise<number> {
  const taken = refusalOfTaken("policy", args, process.env);
  if (taken !== undefined) {
    console.error(taken);
    return 2;
  }
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS.policy }));
  } catch (error) {
    console.error(`${messageOf(error)}\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  useTools(await ensureTools(["helm"]));
  const exemptions = readExemptions();
  let code = 0;
  for (const stack of values.stack ?? ["dev", "prod"]) {
    if (!(await look(stack, values.write ?? false, exemptions))) {
      code = BROKEN;
    }
  }
  return code;
}

process.chdir(ROOT);
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`${pc.red("error")}  ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
