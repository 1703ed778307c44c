/** `npm run doctor`: says what is there, what is wrong and what to do about it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { readStack } from "../config/file";
import { ROOT } from "../config/project";
import { isEngine, KIND_CLUSTER_LABEL, tryDocker } from "../machine/docker";
import { stackFiles } from "../machine/files";
import { tryKubectl } from "../machine/kubectl";
import { messageOf, type Outcome } from "../machine/run";
import { findDrift } from "./drift/command";
import { driftText } from "./drift/view";
import { gatherFacts, type Facts } from "./preflight/facts";
import { needsOf } from "./preflight/needs";
import { problems } from "./preflight/problems";
import { observability } from "./observability";
import { hasState, listStacks, pulumiEnvironment } from "./pulumi";
import { only, type Request } from "./request";
import { assertKnown } from "./stacks";
import { TOOL_NAMES } from "./tools/catalogue";
import { findTools } from "./tools/find";
import { report, section, toolTable } from "./view";

/** @returns the exit code: 1 when there is an error */
export async function doctor({ stacks, topic }: Request): Promise<number> {
  const stack = only(stacks);
  if (topic === "observability") {
    return observability(stack);
  }
  const { found, missing } = await findTools(TOOL_NAMES);
  section("Tools", toolTable(found, missing));
  const env = pulumiEnvironment(found);
  const canPulumi = found.some(({ tool }) => tool.name === "pulumi");
  await assertKnown(stack, () => listStacks(env).catch(() => [stack]));
  section("Stacks", canPulumi ? await stacksText(env) : "unknown: no pulumi");
  const facts = await gatherFacts(needsOf(stack, readStack(stack)), found);
  section("Docker", dockerText(facts));
  if (facts.needs.cluster && facts.docker && isEngine(facts.docker)) {
    section(`Kind cluster ${facts.needs.cluster.name}`, await nodes(facts.needs.cluster.name, env));
  }
  const kubeconfig = path.join(ROOT, stackFiles(stack).kubeconfig);
  if (fs.existsSync(kubeconfig)) {
    section("Pods", await pods(kubeconfig, env));
  }
  if (canPulumi && hasState(stack)) {
    section("Drift", await driftOf(stack, env));
  }
  section("Problems", "");
  const failed = report(problems(facts));
  if (!failed) {
    console.log("No errors.");
  }
  return failed ? 1 : 0;
}

/** The stacks in the backend. One that wants a login keeps nobody from looking at the rest. */
async function stacksText(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return (await listStacks(env)).join("\n") || "none yet";
  } catch (error) {
    return `unknown: ${messageOf(error)}`;
  }
}

function dockerText({ docker }: Facts): string {
  if (!docker) {
    return "not needed by this stack";
  }
  return isEngine(docker)
    ? `Engine ${docker.version} for ${docker.platform} at ${docker.host}`
    : "not usable, see below";
}

/** A Kind cluster's containers. */
async function nodes(cluster: string, env: NodeJS.ProcessEnv): Promise<string> {
  const filter = `label=${KIND_CLUSTER_LABEL}=${cluster}`;
  const format = "{{.Names}}\t{{.Status}}\t{{.Ports}}";
  return said(await tryDocker(["ps", "--all", "--filter", filter, "--format", format], { env }));
}

async function pods(kubeconfigFile: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ["get", "pods", "--all-namespaces", "--output", "wide", "--request-timeout", "10s"];
  return said(await tryKubectl({ kubeconfigFile, env }, args));
}

/** What in the cluster is not as it was made; why that cannot be told, where it cannot. */
async function driftOf(stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return driftText(await findDrift(stack, env));
  } catch (error) {
    return messageOf(error);
  }
}

/** What a program says; when it fails, why. */
function said({ ok, stdout, reason }: Outcome): string {
  return ok ? stdout.trim() || "none" : reason;
}
