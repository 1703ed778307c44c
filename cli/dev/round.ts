/** One round of `npm run dev`: what can be done ahead, then a `pulumi up`, told in few words. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import pc from "picocolors";
import { HopelessError, type AheadArgs } from "./ahead";
import { failingPods, podNames, podReport, type PodsOf } from "../../cluster/podReport";
import { keepingFile } from "../pulumi";
import { RoundView } from "./roundView";
import { ownEnvironment } from "../../machine/environment";
import { lines, messageOf } from "../../machine/run";
import { ROLL_OUT } from "./phases";

/** Milliseconds between two looks at pods that are being rolled out. */
const POD_PAUSE = 2_000;
/** Lines of Pulumi's own errors that are shown when its engine had none. */
const LAST_LINES = 10;
const GIVEN_UP = `${pc.yellow("given up")} for a newer change`;

/** Inputs of {@link runRound}. */
export interface RoundArgs {
  readonly stack: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Further options for Pulumi. */
  readonly extra: readonly string[];
  readonly pods: PodsOf;
  /** Does what Pulumi then finds done. Returns whether what changed is in service by that. */
  readonly ahead: (how: Pick<AheadArgs, "during" | "stop">) => Promise<boolean>;
  /** When the change came, in milliseconds since the epoch. */
  readonly since: number;
  /** Aborted when there is something newer to be served. */
  readonly outdated: AbortSignal;
  /** Aborted when everything is to end. */
  readonly stop: AbortSignal;
}

/** What came of a round: Pulumi did all of it, it failed at it, or it did nothing. */
export type Outcome = "applied" | "failed" | "untouched";

/**
 * Applies what changed, and prints what is done, how long it takes and what goes wrong.
 *
 * Pods that cannot start end what is done ahead, and a newer change does. Once Pulumi has begun something, a
 * newer change waits for it, unless it waits for pods that cannot start.
 */
export async function runRound(args: RoundArgs): Promise<Outcome> {
  const view = new RoundView(args.since);
  const ended = new AbortController();
  const trouble = new AbortController();
  // Pods that did not start before are no news.
  const known = podNames(args.pods);
  const watching = watchPods(args.pods, known, view, ended.signal, trouble);
  try {
    const served = await servedAhead(args, known, view, trouble.signal);
    return served === undefined ? "untouched" : await applied(args, view, trouble.signal, served);
  } finally {
    ended.abort();
    await watching;
    view.stop();
  }
}

/** Whether what is done ahead serves the change; undefined when there is nothing left to be done. */
async function servedAhead(
  { ahead, outdated, stop }: RoundArgs,
  known: Promise<unknown>,
  view: RoundView,
  trouble: AbortSignal,
): Promise<boolean | undefined> {
  const end = AbortSignal.any([stop, outdated, trouble]);
  try {
    const during: AheadArgs["during"] = async (name, work) => {
      if (name === ROLL_OUT) {
        await known;
      }
      return view.track(name, work);
    };
    const served = await ahead({ during, stop: end });
    if (served) {
      view.say(pc.green(`served after ${view.seconds} s`));
    }
    return served;
  } catch (error) {
    if (outdated.aborted && !stop.aborted) {
      view.say(GIVEN_UP);
    } else if (error instanceof HopelessError || trouble.aborted) {
      view.fail(trouble.aborted ? [] : messageOf(error).split("\n"));
    } else if (!stop.aborted) {
      // Pulumi does it itself, and says what is wrong.
      return false;
    }
    return undefined;
  }
}

/**
 * Has Pulumi apply the change, or take down that it is served, which is soon done and not cut off by the
 * end of everything.
 */
async function applied(
  args: RoundArgs,
  view: RoundView,
  trouble: AbortSignal,
  served: boolean,
): Promise<Outcome> {
  const { outdated, stop } = args;
  // Pods that cannot start are given up for something newer, and for nothing else.
  const hopeless = bothOf(trouble, outdated);
  // What is newer than what is served comes first, or Pulumi would read that and bring it itself.
  const needless = abortedIf(outdated, () => served && !view.log.began);
  const ends = [hopeless, needless, ...(served ? [] : [stop])];
  const ok = !needless.aborted && (await up(args, view, AbortSignal.any(ends)));
  if (ok && served) {
    view.say(pc.dim(`recorded after ${view.seconds} s`));
  } else if (ok) {
    view.say(pc.green(`served after ${view.seconds} s`));
  } else if (needless.aborted) {
    view.say(pc.dim("recorded with the newer change"));
    return "untouched";
  } else if (hopeless.aborted) {
    view.say(GIVEN_UP);
  } else if (!stop.aborted) {
    view.fail(view.log.errors.flatMap((error) => error.split("\n")));
  }
  return ok ? "applied" : "failed";
}

/** Runs `pulumi up`, which ends cleanly when it is told to. Returns whether it did all. */
function up(args: RoundArgs, view: RoundView, end: AbortSignal): Promise<boolean> {
  return keepingFile(args.stack, () => runUp(args, view, end));
}

async function runUp(
  { stack, root, env, extra }: RoundArgs,
  { log, take }: RoundView,
  end: AbortSignal,
): Promise<boolean> {
  const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never", "--json"];
  // A process group of its own: Ctrl-C must reach Pulumi once, from here, or it leaves things half made.
  const child = spawn("pulumi", [...up, "--stack", stack, ...extra], {
    cwd: root,
    env: ownEnvironment(env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const interrupt = () => void child.kill("SIGINT");
  end.addEventListener("abort", interrupt);
  if (end.aborted) {
    interrupt();
  }
  createInterface({ input: child.stdout }).on("line", take);
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0 && log.errors.length === 0) {
      log.errors.push(...lines(errors).slice(-LAST_LINES));
    }
    return code === 0;
  } finally {
    end.removeEventListener("abort", interrupt);
  }
}

/** Aborted when both are. */
function bothOf(one: AbortSignal, other: AbortSignal): AbortSignal {
  return AbortSignal.any([
    abortedIf(one, () => other.aborted),
    abortedIf(other, () => one.aborted),
  ]);
}

/** Aborted with another one, if something is so at that time. */
function abortedIf(signal: AbortSignal, isSo: () => boolean): AbortSignal {
  const controller = new AbortController();
  const look = () => {
    if (isSo()) {
      controller.abort();
    }
  };
  if (signal.aborted) {
    look();
  } else {
    signal.addEventListener("abort", look, { once: true });
  }
  return controller.signal;
}

/** Looks at the pods while they are rolled out. The first time that some cannot start, it says why and aborts. */
async function watchPods(
  pods: PodsOf,
  before: Promise<ReadonlySet<string>>,
  view: RoundView,
  ended: AbortSignal,
  trouble: AbortController,
): Promise<void> {
  const known = await before;
  while (!ended.aborted) {
    // The end of the round ends the pause, which is no error.
    await setTimeout(POD_PAUSE, undefined, { signal: ended }).catch(() => {});
    const rolling = [...view.log.running.values()].some(({ name }) => name === ROLL_OUT);
    if (rolling && !ended.aborted && (await failingPods(pods, known))) {
      view.say(`${pc.red("new pods do not start")}; the old ones keep serving`);
      view.print(indent(await podReport(pods, known)));
      trouble.abort();
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
