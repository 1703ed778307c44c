/** What a command was asked to do, read from its arguments. */
import { parseArgs } from "node:util";
import type { OPTIONS } from "../config/options.cjs";
import { messageOf } from "../machine/run";
import { Refusal } from "./pulumi";

/** What a command was asked to do. */
export interface Request {
  /** What npm calls it. */
  readonly command: string;
  /** At least one. */
  readonly stacks: readonly string[];
  /** Whether somebody named them; default they are the command's own choice. */
  readonly named?: boolean;
  /** Which of the command's topics it is about; all of them when unset. */
  readonly topic?: string;
  /** Whether what it deletes may be deleted unasked. */
  readonly yes: boolean;
  /** Whether the stack is to be made, with a file of its own. */
  readonly create?: boolean;
  /** A tool and its arguments, where the command runs one. */
  readonly line?: readonly string[];
  /** Revision to compare with; the command's own choice when unset. */
  readonly base?: string;
  /** Whether what is in the stack's cluster is compared with, not a revision. */
  readonly cluster?: boolean;
  /** File to write the report to as a page of its own; none when unset. */
  readonly html?: string;
  /** File to write the report to in Markdown; none when unset. */
  readonly markdown?: string;
  /** Whether what is not as it was made is made so again. */
  readonly heal: boolean;
  /** Arguments for Pulumi, given after `--`. */
  readonly extra: readonly string[];
}

/** A command of npm's. */
export interface Command {
  readonly summary: string;
  /** Stacks that are meant when none is given. */
  readonly stacks: readonly string[];
  readonly options:
    typeof OPTIONS.up | typeof OPTIONS.down | typeof OPTIONS.doctor | typeof OPTIONS.preview;
  /** What a command can be about, if not about everything: its first word, and what it then does. */
  readonly topics?: Readonly<Record<string, string>>;
  /** Names of tools, if it runs one: what follows such a name is the tool's own. */
  readonly tools?: readonly string[];
  /** @returns the exit code */
  readonly run: (request: Request) => Promise<number>;
}

/** Reads the arguments of a command; none when it was only asked for help. */
export function parseRequest(name: string, command: Command, args: string[]): Request | undefined {
  if (command.tools?.includes(args[0] ?? "")) {
    return { command: name, stacks: command.stacks, line: args, yes: false, heal: true, extra: [] };
  }
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const several = command.stacks.length > 1;
  const { options } = command;
  let values, positionals;
  try {
    const given = args.slice(0, split);
    const how = { allowPositionals: true, allowNegative: true };
    ({ values, positionals } = parseArgs({ args: given, options, ...how }));
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n${help(name, command)}`, 2);
  }
  const [first, ...more] = positionals;
  const topic = first !== undefined && first in (command.topics ?? {}) ? first : undefined;
  const unexpected = topic === undefined ? positionals : more;
  if (unexpected.length > 0) {
    const words = unexpected.map((word) => `'${word}'`).join(" ");
    const line = `npm run ${name} -- --stack=${unexpected[0]}`;
    throw new Refusal(
      `Unexpected argument ${words}. If it is a stack: ${line}\n${help(name, command)}`,
      2,
    );
  }
  if (values.help) {
    console.log(help(name, command));
    return undefined;
  }
  const stacks = values.stack ?? command.stacks;
  if (stacks.length > 1 && !several) {
    throw new Refusal(`npm run ${name} takes one --stack, got ${stacks.length}`, 2);
  }
  return {
    command: name,
    stacks,
    named: values.stack !== undefined,
    ...(topic !== undefined && { topic }),
    yes: "yes" in values && values.yes === true,
    create: "create" in values && values.create === true,
    ...given(values),
    heal: !("heal" in values) || values.heal !== false,
    extra: args.slice(split + 1),
  };
}

/** What of a comparison was asked for. */
function given(values: object): Pick<Request, "base" | "cluster" | "html" | "markdown"> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => COMPARING.some(([option]) => option === name)),
  );
}

/** Options of a command that compares, and what they are for. */
const COMPARING = [
  ["base", "REF", "Revision to compare with; where HEAD left the default branch by default."],
  ["cluster", "", "Compare with what Helm has stored in the stack's cluster instead."],
  ["html", "FILE", "Write the report as a page of its own."],
  ["markdown", "FILE", "Write the report in Markdown, as long as GitHub takes it."],
] as const;

function help(name: string, command: Command): string {
  const { summary, stacks, options, topics = {}, tools } = command;
  const several = stacks.length > 1 ? " May be given several times." : "";
  const pulumi = /^(doctor|drift)$/.test(name) ? "" : " [-- OPTIONS-FOR-PULUMI]";
  const destructive = "yes" in options;
  const creating = "create" in options;
  const comparing = COMPARING.filter(([option]) => option in options);
  const files = comparing.map(([option, value]) => ` [--${`${option} ${value}`.trim()}]`).join("");
  const ends = comparing.map(
    ([option, value, what]) => `\n  ${`--${option} ${value}`.padEnd(15)}  ${what}`,
  );
  const heals = "heal" in options;
  const words = tools
    ? [` [${tools.join("|")} ARGUMENTS-FOR-IT]`]
    : Object.keys(topics).map((topic) => ` [${topic}]`);
  const meanings = Object.entries(topics).map(
    ([topic, what]) => `\n  ${topic.padEnd(12)}  ${what}.`,
  );
  return `npm run ${name} --${words.join("")} [--stack NAME]${creating ? " [--create]" : ""}${destructive ? " [--yes]" : ""}${heals ? " [--no-heal]" : ""}${files}${pulumi}

${summary}.
${meanings.join("")}
  --stack NAME  Stack to work on; ${stacks.join(" and ")} by default.${several}${
    creating ? "\n  --create      Make the stack's file, with a free name and free ports." : ""
  }${
    destructive
      ? "\n  --yes         Delete unasked what is to be deleted: the stack dev on Kind needs no consent."
      : ""
  }${
    heals
      ? "\n  --no-heal     Leave what was changed by hand in the cluster. Without it that is taken back;\n" +
        "                in a cluster that exists only with --yes, or when you say so."
      : ""
  }${ends.join("")}
  -h, --help    This text.`;
}

/** The stack of a command that takes one. */
export function only(stacks: readonly string[]): string {
  const [stack = "dev"] = stacks;
  return stack;
}
