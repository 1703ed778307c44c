/** One round of `npm run dev`: a `pulumi up`, with what can be done ahead of it, told in few words. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import pc from "picocolors";
import type { AheadArgs } from "./ahead";
import { EngineLog, type Done } from "./engineEvents";
import { failingPods, podReport, type PodsOf } from "./podReport";
import { keepingFile } from "./pulumi";
import { lines } from "./run";
import { StatusLine } from "./statusLine";

/** Milliseconds between two looks at pods that are being rolled out. */
const POD_PAUSE = 2_000;
/** What {@link EngineLog} calls the time in which pods are replaced. */
const ROLL_OUT = "roll out";
/** Lines of Pulumi's own errors that are shown when its engine had none. */
const LAST_LINES = 10;

/** Inputs of {@link runRound}. */
export interface RoundArgs {
  readonly stack: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Further options for Pulumi. */
  readonly extra: readonly string[];
  readonly pods: PodsOf;
  /** Does what Pulumi then finds done. */
  readonly ahead: (how: Pick<AheadArgs, "during" | "stop">) => Promise<void>;
  /** When the change came, in milliseconds since the epoch. */
  readonly since: number;
  /** Aborted when there is something newer to be served. */
  readonly outdated: AbortSignal;
  /** Aborted when everything is to end. */
  readonly stop: AbortSignal;
}

/**
 * Applies what changed, and prints what is done, how long it takes and what goes wrong.
 *
 * A newer change waits for the round's end, unless the pods that are rolled out cannot start: then the
 * round is ended, since waiting for them is pointless.
 *
 * @returns whether it was applied as a whole
 */
export async function runRound(args: RoundArgs): Promise<boolean> {
  const { stack, root, env, extra, since, outdated, stop } = args;
  const log = new EngineLog();
  const status = new StatusLine();
  const told = new Set<string>();
  /** Tells of a piece of work once, whether it was done ahead or by Pulumi first. */
  const tell = ({ name, seconds, failed }: Done) => {
    if (failed || !told.has(name)) {
      told.add(name);
      const mark = failed ? pc.red("failed") : `${seconds.toFixed(1)} s`;
      status.print(`          ${name.padEnd(16)} ${mark}`);
    }
  };
  let superseded = false;
  const code = await keepingFile(stack, async () => {
    const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never", "--json"];
    // A process group of its own: Ctrl-C must reach Pulumi once, from here, or it leaves things half made.
    const child = spawn("pulumi", [...up, "--stack", stack, ...extra], {
      cwd: root,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let interrupted = false;
    const interrupt = () => {
      if (!interrupted) {
        interrupted = true;
        child.kill("SIGINT");
      }
    };
    stop.addEventListener("abort", interrupt);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const done = log.take(line, Date.now());
      if (done) {
        tell(done);
      }
    });
    let errors = "";
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    const ended = new AbortController();
    status.start(() => nowDoing(log, since));
    const ahead = args
      .ahead({
        during: tracked(log, tell),
        stop: AbortSignal.any([ended.signal, stop]),
      })
      // Pulumi does it itself then, and says what is wrong.
      .catch(() => {});
    const watching = watchPods(args, log, ended.signal, status, () => {
      const give = () => {
        superseded = true;
        interrupt();
      };
      outdated.addEventListener("abort", give);
      if (outdated.aborted) {
        give();
      }
    });
    try {
      const [code] = (await once(child, "close")) as [number | null];
      if (code !== 0 && log.errors.length === 0) {
        log.errors.push(...lines(errors).slice(-LAST_LINES));
      }
      return code;
    } finally {
      stop.removeEventListener("abort", interrupt);
      ended.abort();
      await Promise.all([watching, ahead]);
      status.stop();
    }
  });
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`          ${pc.green(`served after ${seconds} s`)}`);
  } else if (superseded) {
    console.log(`          ${pc.yellow("given up")} for a newer change`);
  } else if (!stop.aborted) {
    const text = log.errors.flatMap((error) => error.split("\n")).map((line) => `  ${line}`);
    console.log(`          ${pc.red(`failed after ${seconds} s`)}\n${text.join("\n")}`);
    console.log("          Waiting for the next change; what was served before still is.");
  }
  return code === 0;
}

/** Shows work that is not Pulumi's beside Pulumi's own. What fails is tried again by Pulumi, which tells of it. */
function tracked({ running }: EngineLog, tell: (done: Done) => void): AheadArgs["during"] {
  return async (name, work) => {
    const key = `ahead: ${name}`;
    const phase = { name, began: Date.now() };
    running.set(key, phase);
    try {
      await work();
      tell({ ...phase, seconds: (Date.now() - phase.began) / 1000, failed: false });
    } finally {
      running.delete(key);
    }
  };
}

/** What is being done, for how long: for people who watch. */
function nowDoing({ running }: EngineLog, since: number): string {
  const phases = [...running.values()];
  const names = phases.map(({ name }) => name).join(", ") || "pulumi";
  const began = phases[0]?.began ?? since;
  return `          ${names} ${((Date.now() - began) / 1000).toFixed(0)} s`;
}

/** Looks at the pods while they are rolled out. The first time that some cannot start, it says why and calls back. */
async function watchPods(
  { pods }: RoundArgs,
  log: EngineLog,
  ended: AbortSignal,
  status: StatusLine,
  onTrouble: () => void,
): Promise<void> {
  while (!ended.aborted) {
    // The end of the round ends the pause, which is no error.
    await setTimeout(POD_PAUSE, undefined, { signal: ended }).catch(() => {});
    const rolling = [...log.running.values()].some(({ name }) => name === ROLL_OUT);
    if (rolling && !ended.aborted && (await failingPods(pods))) {
      status.print(`          ${pc.red("new pods do not start")}; the old ones keep serving`);
      status.print(indent(await podReport(pods)));
      onTrouble();
      return;
    }
  }
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
