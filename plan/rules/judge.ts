/** All rules, and what comes of holding a stack against them. */
import { ADD_ON_NAMES, rowOf } from "../../config/addOns";
import { apiLasting, apiServed } from "./apiVersions";
import { kindAllowed, notOnKind } from "./cluster";
import { loginAsked, noHostNetwork, noOuterService } from "./exposure";
import { imageFixed } from "./images";
import { flowAgreed, policySelects } from "./network";
import { namespaceKnown, namespaceLevel, podsRestricted } from "./podSecurity";
import { limitsSet, probesSet } from "./pods";
import { releaseHistory, releasePinned, releaseWaited } from "./releases";
import type { Finding, Rule, Target } from "./rule";
import { noPlaintext, noRenderedSecret } from "./secrets";

/** All rules. */
export const RULES: readonly Rule[] = [
  releasePinned,
  releaseWaited,
  releaseHistory,
  noPlaintext,
  noRenderedSecret,
  imageFixed,
  noOuterService,
  noHostNetwork,
  loginAsked,
  namespaceLevel,
  namespaceKnown,
  podsRestricted,
  policySelects,
  flowAgreed,
  limitsSet,
  probesSet,
  notOnKind,
  kindAllowed,
  apiServed,
  apiLasting,
];

/** Rules on a stack as a whole: of the objects of one chart they say nothing. */
const ON_STACKS = [
  releasePinned,
  releaseWaited,
  releaseHistory,
  loginAsked,
  flowAgreed,
  notOnKind,
  kindAllowed,
];

const OBJECT_RULES = RULES.filter((rule) => !ON_STACKS.includes(rule));

/** A place where a rule may be broken. */
export interface Exemption {
  /** The add-on whose chart may; unset for what is the project's own. */
  readonly addOn?: string;
  /** The rule's id. */
  readonly rule: string;
  /** As a finding names it; a `*` stands for any text. */
  readonly at: string;
  /** What is there, as a finding says it, likewise; whatever it is when unset. */
  readonly what?: string;
  /** Why it may. */
  readonly reason: string;
}

/** Where rules are broken, without what is exempted. */
export function judge(target: Target, exemptions: readonly Exemption[] = []): Finding[] {
  const { addOns, objects: own, ...stack } = target;
  const places = (rules: readonly Rule[], objects: typeof own) =>
    rules.flatMap((rule) =>
      rule.broken({ ...stack, addOns, objects }).map((place): Finding => ({ rule, ...place })),
    );
  const foreign = Object.entries(addOns).flatMap(([addOn, objects]) =>
    places(OBJECT_RULES, objects).map(({ rule, ...place }) => ({
      ...place,
      addOn,
      rule: isUsual(addOn, stack.releases) ? rule : { ...rule, severity: "warning" as const },
    })),
  );
  return [...places(RULES, own), ...foreign].filter(
    (finding) => !exemptions.some((one) => covers(one, finding)),
  );
}

/** Whether an add-on's chart is of the version that the exemptions were made from; of another one only its owner can agree. */
function isUsual(addOn: string, releases: Target["releases"]): boolean {
  const usual = ADD_ON_NAMES.find((name) => name === addOn);
  const { version } = releases.find(({ name }) => name === addOn) ?? {};
  return usual !== undefined && version === rowOf(usual).source.version;
}

/** Whether an exemption is for a finding. */
export function covers({ addOn, rule, at, what = "*" }: Exemption, finding: Finding): boolean {
  return (
    addOn === finding.addOn &&
    rule === finding.rule.id &&
    fits(at, finding.at) &&
    fits(what, finding.what)
  );
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
