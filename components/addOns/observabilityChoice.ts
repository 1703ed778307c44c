import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/settings";

const GIB = 2 ** 30;
/** Docker's memory from which on a developer's stack has the observability stack. */
const ENOUGH = 8 * GIB;

/**
 * Decides whether the observability stack is installed where the stack's file does not say so: by Docker's
 * memory, at the first `up`, and for good. What was decided stands in the state, so that neither a smaller
 * machine nor a preview without Docker takes the stack away again.
 *
 * @param memory bytes that Docker has in all; unknown, as in a preview of a pull request, counts as enough
 * @returns the configuration, with what holds
 */
export async function withChoice(
  config: StackConfig,
  memory: number | undefined,
): Promise<StackConfig> {
  const { observability } = config;
  if (observability.decided) {
    return config;
  }
  const install = memory === undefined || memory >= ENOUGH;
  const choice = new pulumi.Stash(
    "observability-choice",
    { input: install },
    {
      // Only what was decided first counts, and another machine's memory is no change.
      ignoreChanges: ["input"],
      hooks: { afterCreate: [() => pulumi.log.info(explanation(install, memory))] },
    },
  );
  const kept = await new Promise<boolean>((resolve) => choice.output.apply(resolve));
  return { ...config, observability: { ...observability, install: kept } };
}

/** What was decided and why, in one line. */
export function explanation(install: boolean, memory: number | undefined): string {
  const has = memory === undefined ? "an unknown amount" : `${(memory / GIB).toFixed(1)} GiB`;
  return install
    ? `The observability stack is on: Docker has ${has} of memory. It stays on; soc-agent:observability.install=false turns it off.`
    : `The observability stack is off: Docker has ${has} of memory, and it is on by default from 8 GiB. It stays off; soc-agent:observability.install=true turns it on.`;
}
