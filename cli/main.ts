/**
 * The commands behind `npm run up`, `dev`, `down`, `preview`, `drift`, `doctor` and `tools`: what `pulumi` does by itself, plus the
 * tools it needs, a look at the machine first, and what to do next at the end.
 */
import pc from "picocolors";
import { OPTIONS } from "../config/options.cjs";
import { dev } from "./dev/command";
import { doctor } from "./doctor";
import { down } from "./down";
import { drift } from "./drift/command";
import { preview } from "./preview";
import { Refusal } from "./pulumi";
import { parseRequest, type Command } from "./request";
import { TOOL_NAMES } from "./tools/catalogue";
import { tools } from "./tools/command";
import { ToolsError } from "./tools/fetch";
import { up } from "./up";

const COMMANDS: Readonly<Record<string, Command>> = {
  up: { summary: "Create or update everything", stacks: ["dev"], options: OPTIONS.up, run: up },
  dev: {
    summary: "Create or update everything, then bring in every change as it is made",
    stacks: ["dev"],
    options: OPTIONS.dev,
    run: dev,
  },
  down: {
    summary: "Delete everything that up made",
    stacks: ["dev"],
    options: OPTIONS.down,
    run: down,
  },
  preview: {
    summary: "Show what up would do, and which objects change; needs neither Docker nor a cluster",
    stacks: ["dev", "prod"],
    options: OPTIONS.preview,
    run: preview,
  },
  drift: {
    summary: "Say what in the cluster is not as up made it, and who changed it",
    stacks: ["dev"],
    options: OPTIONS.drift,
    run: drift,
  },
  tools: {
    summary: "Get the tools at fitting versions and print their folders, or run one of them",
    tools: TOOL_NAMES,
    stacks: ["dev"],
    options: OPTIONS.tools,
    run: tools,
  },
  doctor: {
    summary: "Say what is there, what is wrong and what to do about it",
    stacks: ["dev"],
    options: OPTIONS.doctor,
    topics: { observability: "Send one threat through, and say where it was seen or lost" },
    run: doctor,
  },
};

async function main(argv: readonly string[]): Promise<number> {
  const [name = "", ...args] = argv;
  const command = COMMANDS[name];
  if (!command) {
    throw new Refusal(
      `usage: npm run ${Object.keys(COMMANDS).join("|")} [-- --help]${name && `, got "${name}"`}`,
      2,
    );
  }
  const request = parseRequest(name, command, args);
  return request ? command.run(request) : 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = error instanceof Refusal || error instanceof ToolsError;
    console.error(expected ? `${pc.red("error")}  ${error.message}` : error);
    process.exitCode = error instanceof Refusal ? error.code : 1;
  },
);
