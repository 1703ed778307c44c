/** All rules, and what comes of holding a stack against them. */
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

/** A place where a rule may be broken. */
export interface Exemption {
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
  return RULES.flatMap((rule) =>
    rule
      .broken(target)
      .map((place) => ({ rule, ...place }))
      .filter((finding) => !exemptions.some((one) => covers(one, finding))),
  );
}

/** Whether an exemption is for a finding. */
export function covers({ rule, at, what = "*" }: Exemption, finding: Finding): boolean {
  return rule === finding.rule.id && fits(at, finding.at) && fits(what, finding.what);
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
