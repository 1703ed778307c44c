/** `npm run doctor -- observability`: sends one threat through, and says where it was seen and where it was lost. */
import pc from "picocolors";
import { followThreat, type Seen } from "../cluster/threatTrail";
import type { PodsOf } from "../cluster/podReport";
import { readStack } from "../config/file";
import type { StackConfig } from "../config/settings";
import { stackFiles } from "../machine/files";
import { tryKubectl } from "../machine/kubectl";
import { NAMESPACE } from "../plan/access";
import { stackValues } from "../plan/chart";
import { STACK_NAMESPACE } from "../plan/pages";
import { targetOf } from "../plan/smokeTarget";
import { pulumiEnvironment, Refusal } from "./pulumi";
import { ensureTools } from "./tools/fetch";
import { section } from "./view";

/** Where a stack's application is, and how to ask for it. */
export function podsOf(stack: string, { cluster }: StackConfig, env: NodeJS.ProcessEnv): PodsOf {
  const credentials =
    cluster.kind !== "existing"
      ? { kubeconfigFile: stackFiles(stack).kubeconfig }
      : { kubeconfigFile: cluster.kubeconfig, context: cluster.context };
  return { ...credentials, namespace: NAMESPACE, env };
}

/** @returns the exit code: 1 when the threat was lost */
export async function observability(stack: string): Promise<number> {
  const env = pulumiEnvironment(await ensureTools(["kubectl"]));
  const reading = readStack(stack);
  if ("problems" in reading) {
    throw new Refusal([`Pulumi.${stack}.yaml:`, ...reading.problems].join("\n  - "));
  }
  const { config } = reading;
  const of = podsOf(stack, config, env);
  const there = ["get", "service", "prometheus", "--request-timeout=10s"];
  const { ok, reason } = await tryKubectl({ ...of, namespace: STACK_NAMESPACE }, there);
  if (!ok) {
    throw new Refusal(
      `There is no observability stack in the cluster of ${stack}: ${reason}\n` +
        "Set soc-agent:observability.install to true and run npm run up.",
    );
  }
  section(`One threat through the observability stack of ${stack}`, "");
  const arrived = await followThreat(targetOf(config, stackValues(config).values), of, tell);
  console.log(arrived ? pc.green("\nIt was seen everywhere.") : pc.red("\nIt was lost."));
  return arrived ? 0 : 1;
}

function tell({ name, what, after, command }: Seen): void {
  const mark = after === undefined ? pc.red("lost".padStart(8)) : `${after} ms`.padStart(8);
  console.log(`  ${mark}  ${name.padEnd(24)}${what}`);
  if (command !== undefined) {
    console.log(`${" ".repeat(12)}Look: ${command}`);
  }
}
