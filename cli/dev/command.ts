/** `npm run dev`: `up`, and then every change as it is made. */
import * as path from "node:path";
import { readStack } from "../../config/file";
import { ROOT, stackFile } from "../../config/project";
import { findDocker, isEngine } from "../../machine/docker";
import { noDocker, onOneLine } from "../../machine/faults";
import { stackFiles } from "../../machine/files";
import { NAMESPACE } from "../../plan/access";
import { assertSameCluster } from "../consent";
import { gatherFacts } from "../preflight/facts";
import { needsOf } from "../preflight/needs";
import { exportState, pulumiEnvironment, Refusal, SIGNALS } from "../pulumi";
import { mend } from "../repair/mend";
import { only, type Request } from "../request";
import { parseState } from "../stackState";
import { TOOL_NAMES } from "../tools/catalogue";
import { ensureTools } from "../tools/fetch";
import { up } from "../up";
import { appliedBy, develop } from "./dev";
import { digestsOf, sourcesOf } from "./sources";

/** @returns the exit code */
export async function dev(request: Request): Promise<number> {
  const stack = only(request.stacks);
  const reading = readStack(stack);
  if (!("config" in reading)) {
    // There is nothing to watch yet. This says what is wrong.
    return up(request);
  }
  const { config } = reading;
  if (config.cluster.kind !== "kind") {
    throw new Refusal(
      `npm run dev is for stacks with a Kind cluster: ${stack} deploys to an existing one, which no save of a file should change. Run npm run up -- --stack ${stack}`,
    );
  }
  const file = path.relative(ROOT, stackFile(stack));
  const applied = appliedBy(config, digestsOf(sourcesOf(config, file)));
  // Ctrl-C is how it ends: no failure.
  const stop = new AbortController();
  SIGNALS.forEach((signal) => process.on(signal, () => stop.abort()));
  const code = await up(request);
  if (stop.signal.aborted) {
    return code;
  }
  const env = pulumiEnvironment(await ensureTools(TOOL_NAMES));
  const engine = await findDocker();
  if (!isEngine(engine)) {
    throw new Refusal(onOneLine(noDocker(engine)));
  }
  await develop({
    stack,
    root: ROOT,
    env,
    platform: engine.platform,
    extra: request.extra,
    stackFile: file,
    config,
    files: stackFiles(stack),
    read: () => readStack(stack),
    check: (now) => assertSameCluster({ ...request, stack }, config, now),
    pods: {
      kubeconfigFile: path.join(ROOT, stackFiles(stack).kubeconfig),
      namespace: NAMESPACE,
      env,
    },
    ...(code === 0 && { applied }),
    mend: async () => {
      const facts = await gatherFacts(needsOf(stack, reading));
      return mend(stack, config, facts, env, parseState(await exportState(stack, env)));
    },
    stop: stop.signal,
  });
  console.log("\nStopped watching. The system keeps running; npm run down deletes it.");
  return 0;
}
