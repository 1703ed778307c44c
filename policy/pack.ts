/**
 * The rules as a pack of policies: `pulumi preview --policy-pack policy`, and `pulumi up` likewise. They are held against
 * what the stack's file renders to, with the Releases as the program has registered them.
 */
import { PolicyPack, type Policies, type PolicyResource } from "@pulumi/policy";
import { ROOT } from "../config/project";
import { isMap } from "../config/values";
import { RULES } from "../plan/rules/judge";
import type { ReleaseInputs } from "../plan/releases";
import { renderReleases } from "../plan/render";
import { unseenLines } from "../plan/rendered";
import { planStack } from "../plan/stack";
import { judgeRendered, type Verdict } from "./look";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const COMMAND = "command:local:Command";

/** A resource's inputs, as far as they are known. */
type Inputs = Readonly<Record<string, unknown>>;

/** The Releases as the program has registered them, by their names: a preview does not know what becomes of them. */
const releases = new Map<string, ReleaseInputs>();
/** Helm's names of the releases that a command waits for. */
const awaited = new Set<string>();

const held = new Map<string, Promise<Verdict>>();

/** What the rules say of a stack, once for all of them. */
function verdictOf(stack: string): Promise<Verdict> {
  const registered = [...releases.values()].map((release) => ({
    ...release,
    waited: release.waited === true || awaited.has(release.name),
  }));
  const key = JSON.stringify([stack, registered]);
  const verdict = held.get(key) ?? look(stack, registered);
  held.set(key, verdict);
  return verdict;
}

async function look(stack: string, registered: readonly ReleaseInputs[]): Promise<Verdict> {
  const planned = planStack(stack);
  return judgeRendered(planned, await renderReleases(planned), registered);
}

/** The name in `urn:pulumi:stack::project::type::name`. */
function stackOf([resource]: readonly PolicyResource[]): string {
  return resource?.urn.split("::")[0]?.split(":")[2] ?? "";
}

/** A Release, which the provider waits for unless told otherwise. */
function releaseOf(inputs: Inputs): ReleaseInputs {
  const { name, repositoryOpts, chart, version, maxHistory, skipAwait } = inputs;
  const repo = isMap(repositoryOpts) ? repositoryOpts["repo"] : undefined;
  return {
    name: textOf(name),
    chart: textOf(chart),
    waited: skipAwait !== true,
    ...(typeof repo === "string" && { repo }),
    ...(typeof version === "string" && { version }),
    ...(typeof maxHistory === "number" && { maxHistory }),
  };
}

function note(type: string, name: string, inputs: Inputs): void {
  if (type === RELEASE) {
    releases.set(name, releaseOf(inputs));
  }
  const { environment } = inputs;
  if (type === COMMAND && isMap(environment) && typeof environment["RELEASE"] === "string") {
    awaited.add(environment["RELEASE"]);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const policies: Policies = RULES.map((rule) => ({
  name: rule.id,
  description: `${rule.title}. Else ${rule.why}.`,
  enforcementLevel: rule.severity === "error" ? "mandatory" : "advisory",
  // Every policy sees every resource, and each notes the same.
  validateResource: ({ type, name, props }) => note(type, name, props),
  validateStack: async ({ resources }, report) => {
    const { findings } = await verdictOf(stackOf(resources));
    findings
      .filter((finding) => finding.rule.id === rule.id)
      .forEach(({ at, what }) => report(`${at} ${what}. ${rule.fix}`));
  },
}));

/** Says of which releases no rule knows anything, so that their silence is not taken for praise. */
const allSeen: Policies[number] = {
  name: "all-seen",
  description: "Every release is rendered. Else no rule is held against it.",
  enforcementLevel: "advisory",
  validateStack: async ({ resources }, report) => {
    const { unseen } = await verdictOf(stackOf(resources));
    unseenLines(unseen).forEach((line) => report(`Not held against the rules: ${line}`));
  },
};

process.chdir(ROOT);
new PolicyPack("soc-agent", { policies: [...policies, allSeen] });
