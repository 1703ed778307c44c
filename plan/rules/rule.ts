/** What a rule is, and what it looks at. */
import type { StackConfig } from "../../config/settings";
import type { Flow } from "../flows";
import type { KubernetesObject } from "../objects";
import type { ReleaseInputs } from "../releases";

/** What rules are held against: a stack, as it would be deployed. */
export interface Target {
  readonly cluster: StackConfig["cluster"];
  /** Kubernetes version of the cluster, such as `1.34.0`; when unset, the newest. */
  readonly kubernetesVersion?: string;
  readonly releases: readonly ReleaseInputs[];
  /** All that is made but by upstream's charts, with the namespaces. */
  readonly objects: readonly KubernetesObject[];
  /** What upstream's charts make, by add-on; those that could not be rendered are missing. */
  readonly addOns: Readonly<Record<string, readonly KubernetesObject[]>>;
  /** The flows that somebody has agreed to. None is held against anything when unset. */
  readonly allowed?: readonly Flow[];
}

/** A place where a rule is broken. */
export interface Place {
  /** Of an object its name, such as `Deployment soc-agent/soc-backend`. */
  readonly at: string;
  /** What is there, as a part of a sentence. */
  readonly what: string;
}

/** A rule about a stack. */
export interface Rule {
  /** By which exemptions and people call it. */
  readonly id: string;
  /** What holds where it is kept. */
  readonly title: string;
  /** What comes of breaking it. */
  readonly why: string;
  readonly fix: string;
  /** Whether it keeps a stack from being deployed; else it is only said. */
  readonly severity: "error" | "warning";
  /** Where it is broken. */
  readonly broken: (target: Target) => Place[];
}

/** A rule that is broken at a place. */
export interface Finding extends Place {
  readonly rule: Rule;
  /** The add-on whose chart brings it; unset for what is the project's own. */
  readonly addOn?: string;
}

/** A finding as people read it, on lines of its own. */
export function findingText({ rule, at, what }: Finding): string {
  return `${at} ${what} (${rule.id})\n  why  ${rule.why}\n  fix  ${rule.fix}`;
}

/** Whether findings keep a stack from being deployed. */
export function isBroken(findings: readonly Finding[]): boolean {
  return findings.some(({ rule }) => rule.severity === "error");
}
