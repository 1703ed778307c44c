/** Whether a command may delete what it is about to delete. */
import { createInterface } from "node:readline/promises";
import { isDeepStrictEqual } from "node:util";
import pc from "picocolors";
import { clusterKind } from "../config/file";
import type { StackConfig } from "../config/settings";
import type { KindClusterState } from "../machine/kindCluster";
import { namePlace, placesOf, replacedPlaces, type Place } from "./deletions";
import { Refusal } from "./pulumi";
import type { State } from "./stackState";

/** Kind of a cluster; unknown where a stack's file is missing or wrong. */
export type ClusterKind = ReturnType<typeof clusterKind>;

/** Inputs of {@link decide}. */
export interface Circumstances {
  readonly stack: string;
  /** Clusters that the stack is on, or is to be on. */
  readonly clusters: readonly ClusterKind[];
  /** Whether `--yes` is among the command's own arguments. npm's own `--yes` says nothing. */
  readonly yes: boolean;
  /** Whether there is a terminal, with somebody to be asked. */
  readonly interactive: boolean;
}

/** Decides whether to delete. The stack dev is everybody's own, as long as it is on Kind alone. */
export function decide(circumstances: Circumstances): "go" | "ask" | "refuse" {
  const { stack, clusters, yes, interactive } = circumstances;
  if (yes || (stack === "dev" && clusters.every((kind) => kind === "kind"))) {
    return "go";
  }
  return interactive ? "ask" : "refuse";
}

/** A command that deletes something. */
export interface Destructive {
  /** What npm calls it, such as `down`. */
  readonly command: string;
  readonly stack: string;
  /** See {@link Circumstances}. */
  readonly yes: boolean;
}

/**
 * Has the user's consent to what an `up` deletes before it makes it again, if anything.
 *
 * @param found what stands behind the name of the configuration's Kind cluster
 * @throws Refusal without it
 */
export async function assertReplacing(
  destructive: Destructive,
  config: StackConfig,
  found: KindClusterState | undefined,
  state: State,
): Promise<void> {
  const places = replacedPlaces(config, found, state);
  if (places.length > 0) {
    const what = places.map((place) => namePlace(place, state));
    await assertConsent(destructive, [config.cluster.kind, ...kindsOf(places)], what);
  }
}

/**
 * Has the user's consent to the end of a stack of which something is left.
 *
 * @throws Refusal without it
 */
export async function assertEnding(destructive: Destructive, state: State): Promise<void> {
  const places = placesOf(state);
  const count = state.resources.length;
  if (count > 0) {
    const what = [
      ...places.map((place) => namePlace(place, state)),
      `what else Pulumi keeps of the stack (resources: ${count})`,
    ];
    await assertConsent(destructive, [clusterKind(destructive.stack), ...kindsOf(places)], what);
  }
}

/**
 * Has the user's consent to taking back what somebody changed by hand. A Kind cluster is the stack's own, and so is what
 * is in it; in a cluster that exists somebody may have had to change it at night.
 *
 * @throws Refusal without it
 */
export async function assertMending(
  { command, stack, yes }: Destructive,
  cluster: ClusterKind,
): Promise<void> {
  const { stdin: input, stdout: output } = process;
  if (yes || cluster === "kind") {
    return;
  }
  if (!(input.isTTY && output.isTTY)) {
    throw new Refusal(
      "Nothing was changed: to take back what was changed by hand takes consent, and there is no terminal to ask for it in.\n" +
        `  npm run ${command} -- --stack=${stack} --yes       takes it back\n` +
        `  npm run ${command} -- --stack=${stack} --no-heal   leaves it`,
      2,
    );
  }
  console.log("This takes back what was changed by hand.");
  if (!(await isTyped(stack, { input, output }))) {
    throw new Refusal(
      `Nothing was changed: what was typed is not "${stack}". To leave what was changed by hand: --no-heal`,
    );
  }
}

/**
 * Keeps `npm run dev` from replacing a cluster because a file was saved, where that takes consent.
 *
 * @param before the configuration that it was started with
 * @throws Refusal when the cluster is another one now
 */
export function assertSameCluster(
  { stack, yes }: Destructive,
  before: StackConfig,
  now: StackConfig,
): void {
  const clusters = [before, now].map(({ cluster }) => cluster.kind);
  const same = isDeepStrictEqual(before.cluster, now.cluster);
  if (!same && decide({ stack, clusters, yes, interactive: false }) !== "go") {
    throw new Refusal(
      "soc-agent:cluster has changed, which can delete a cluster and takes consent: nothing was done. " +
        `End this and run npm run up -- --stack=${stack}, or take the change back`,
    );
  }
}

function kindsOf(places: readonly Place[]): ClusterKind[] {
  return places.map(({ kind }) => kind);
}

/** Says what is about to be deleted, and asks where it must not be deleted unasked. */
async function assertConsent(
  { command, stack, yes }: Destructive,
  clusters: readonly ClusterKind[],
  what: readonly string[],
): Promise<void> {
  const { stdin: input, stdout: output } = process;
  const title = pc.bold(`About to delete, of stack ${stack}:`);
  console.log([title, ...what].join("\n  "));
  const interactive = input.isTTY && output.isTTY;
  const decision = decide({ stack, clusters, yes, interactive });
  if (decision === "refuse") {
    throw new Refusal(
      "Nothing was deleted: that takes consent, and there is no terminal to ask for it in. To consent:\n" +
        `  npm run ${command} -- --stack=${stack} --yes`,
      2,
    );
  }
  if (decision === "ask" && !(await isTyped(stack, { input, output }))) {
    throw new Refusal(`Nothing was deleted: what was typed is not "${stack}".`);
  }
}

/** Where somebody is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks for a stack's name. Returns whether it was typed; Ctrl-C and Ctrl-D are a no. */
export async function isTyped(stack: string, terminal: Terminal): Promise<boolean> {
  const lines = createInterface(terminal);
  const closed = new AbortController();
  lines.once("close", () => closed.abort());
  try {
    const question = `Type the name of the stack to go on (${stack}): `;
    return (await lines.question(question, { signal: closed.signal })).trim() === stack;
  } catch (error) {
    if (closed.signal.aborted) {
      return false;
    }
    throw error;
  } finally {
    lines.close();
  }
}
