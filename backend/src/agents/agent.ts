import type { CustomerProfile } from "../threats/customers.js";
import type { Facts } from "../threats/facts.js";
import type { PastThreat } from "../threats/history.js";
import type { IntelMatch, ThreatSignal } from "../types.js";

/** All that an agent may look at. */
export interface AgentInput {
  readonly signal: ThreatSignal;
  readonly facts: Facts;
  readonly profile: CustomerProfile;
  /** Earlier threats of all customers, newest first. */
  readonly history: readonly PastThreat[];
  /** What intelligence feeds know of the signal. */
  readonly intel: readonly IntelMatch[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What an agent found. */
export interface Finding {
  readonly analysis: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly findings: readonly string[];
  readonly recommendations: readonly string[];
  readonly sources: readonly string[];
  /** What this adds to (or, negative, takes from) the threat's risk, which runs from 0 to 1. */
  readonly risk: number;
  /** What the rules alone would add, where something else judged; the detector compares the two. */
  readonly ruleRisk?: number;
  /** Techniques of MITRE ATT&CK for which there is evidence. */
  readonly techniques?: readonly SuspectedTechnique[];
  /** What the customer may read, where the agent words it itself. */
  readonly narrative?: string;
  /** The agent wants a person to look at it. */
  readonly asksForReview?: boolean;
  /** Why the rules judged in the place of a model; absent where they did not. */
  readonly fallback?: string;
  /** The agent's structured result, published as `raw_output`. */
  readonly output: Readonly<Record<string, unknown>>;
}

/** A technique, by its id, and how sure the agent is of it, from 0 to 1. */
export interface SuspectedTechnique {
  readonly id: string;
  readonly confidence: number;
}

/** One specialist: judges a signal from its own point of view. Pure; throws if it cannot judge. */
export type Agent = (input: AgentInput) => Finding | Promise<Finding>;

/** An agent that judges by rules alone, at once. */
export type RuleAgent = (input: AgentInput) => Finding;

/** A reason found by a rule, and what it adds to the risk. */
export interface Reason {
  readonly text: string;
  readonly risk: number;
  /** The technique of MITRE ATT&CK that it is evidence for. */
  readonly technique?: string;
}

/** The reasons that apply, i.e. those whose condition held. */
export function reasons(...candidates: readonly (Reason | false)[]): readonly Reason[] {
  return candidates.filter((candidate) => candidate !== false);
}

/** The sum of what the reasons add. */
export function riskOf(found: readonly Reason[]): number {
  return round(found.reduce((sum, reason) => sum + reason.risk, 0));
}

export function clamp(value: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, value));
}

/** To three decimals, as scores are published. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
