/** `npm run up`: creates or updates everything, and proves that it answers. */
import * as path from "node:path";
import pc from "picocolors";
import { arrival } from "../cluster/arrival";
import { awaitMinimum } from "../cluster/autoscaler";
import type { PodsOf } from "../cluster/podReport";
import { smoke } from "../cluster/smoke";
import { readStack } from "../config/file";
import { ROOT, STATES } from "../config/project";
import type { Values } from "../config/values";
import { messageOf } from "../machine/run";
import { table } from "../machine/table";
import { stackValues, type ChartOverrides } from "../plan/chart";
import { smokeTarget } from "../plan/smokeTarget";
import { assertReplacing } from "./consent";
import { healBeside } from "./drift/heal";
import { gatherFacts } from "./preflight/facts";
import { needsOf } from "./preflight/needs";
import { cannotRunKind, problems } from "./preflight/problems";
import { podsOf } from "./observability";
import {
  ask,
  exportSecrets,
  keepingFile,
  listStacks,
  pulumi,
  pulumiEnvironment,
  Refusal,
} from "./pulumi";
import { mendState } from "./repair/checkpoint";
import { mend, say, unlock } from "./repair/mend";
import { only, type Request } from "./request";
import { assertKept, startJudging } from "./rules";
import { assertKnown, createStack } from "./stacks";
import { parseState } from "./stackState";
import { TOOL_NAMES } from "./tools/catalogue";
import { ensureTools } from "./tools/fetch";
import type { Found } from "./tools/find";
import { report, section, toolTable } from "./view";

/** @returns the exit code */
export async function up(request: Request): Promise<number> {
  const { extra } = request;
  const stack = only(request.stacks);
  console.log(pc.bold("=== SOC Agent System — Kubernetes Deployment ===\n"));
  if (request.create) {
    console.log(`${await createStack(stack)}\n`);
  }
  const tools = await ensureTools(TOOL_NAMES);
  console.log(`${toolTable(tools, [])}\n`);
  const env = pulumiEnvironment(tools);
  await assertKnown(stack, () => listStacks(env));
  const reading = readStack(stack);
  const judging = startJudging(stack, reading, tools);
  const facts = await gatherFacts(needsOf(stack, reading), tools, "up");
  if (report(problems(facts, "up")) || !("config" in reading)) {
    const otherwise = cannotRunKind(facts)
      ? "\nWithout Kubernetes the application runs here as well: docker compose up --build --wait (docs/development.md#without-kubernetes)"
      : "";
    throw new Refusal(
      `Nothing was changed. Mend the errors above and run npm run up again.${otherwise}`,
    );
  }
  mendState(STATES, stack).forEach(say);
  const { config } = reading;
  const of = podsOf(stack, config, env);
  let left: readonly string[] = [];
  const code = await keepingFile(stack, async () => {
    await ask(env, ["stack", "select", "--create", stack]);
    const state = parseState(await exportSecrets(stack, env));
    assertKept(await judging());
    await assertReplacing({ ...request, stack }, config, facts.cluster, state);
    await unlock(stack, facts.locks, env);
    const looked = { config, cluster: facts.cluster, state, of };
    const repair = () => mend(stack, config, facts, env, state);
    const healed = await healBeside(stack, request, looked, env, repair);
    ({ left } = healed);
    const args = ["up", "--yes", "--skip-preview", "--stack", stack, ...healed.options, ...extra];
    return pulumi(env, args);
  });
  if (code !== 0) {
    console.error(
      `\n${pc.red("up did not finish.")} What was made stays, and npm run up goes on from there.\n` +
        "  npm run doctor   looks for the cause\n  npm run down     deletes everything",
    );
    return code;
  }
  const { values } = stackValues(config);
  const target = smokeTarget(config, values);
  const [outputs] = await Promise.all([
    keepingFile(stack, () => outputsOf(stack, env)),
    // Also where Pulumi had nothing to do and so asked nothing.
    (target ? smoke(target, of) : awaitMinimum(of)).catch((error: unknown) => {
      throw new Refusal(messageOf(error));
    }),
  ]);
  printAccess(outputs);
  if ("grafana" in outputs) {
    await printArrival(of, values);
  }
  printPathHint(tools);
  if (left.length > 0) {
    section(pc.red("Still not as it was made"), left.join("\n"));
    return 1;
  }
  return 0;
}

async function outputsOf(stack: string, env: NodeJS.ProcessEnv): Promise<Values> {
  return JSON.parse(await ask(env, ["stack", "output", "--json", "--stack", stack])) as Values;
}

/** Says in a line whether metrics, traces and logs arrive in the observability stack; that is no condition for an `up`. */
async function printArrival(of: PodsOf, values: ChartOverrides): Promise<void> {
  const service = values.backend?.env?.OTEL_SERVICE_NAME;
  const { line, arrives } = await arrival(
    of,
    typeof service === "string" ? service : "soc-agent-system",
  );
  const more = arrives ? "" : "\nLook: npm run doctor -- observability";
  section("Observability", `${line}${more}`);
}

/** Prints the stack's outputs, which say how to use what is there now. */
function printAccess(outputs: Values): void {
  const rows = Object.entries(outputs).map(([key, value]) => [
    `${key}:`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  section("The system is up", table(rows));
}

/** Says how to run by hand the tools that were fetched into the project. */
function printPathHint(tools: readonly Found[]): void {
  const own = tools.filter(({ file }) => file.startsWith(path.join(ROOT, ".tools")));
  if (own.length > 0) {
    const dirs = own.map(({ file }) => path.dirname(file)).join(path.delimiter);
    section(
      "To run these tools by hand",
      `export PATH="${dirs}:$PATH" PULUMI_CONFIG_PASSPHRASE=""`,
    );
  }
}
