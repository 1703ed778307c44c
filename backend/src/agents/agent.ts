import type { CustomerProfile } from "../threats/customers.js";
import type { Facts } from "../threats/facts.js";
import type { PastThreat } from "../threats/history.js";
import type { ThreatSignal } from "../types.js";

/** All that an agent may look at. */
export interface AgentInput {
  readonly signal: ThreatSignal;
  readonly facts: Facts;
  readonly profile: CustomerProfile;
  /** Earlier threats of all customers, newest first. */
  readonly history: readonly PastThreat[];
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
  /** The agent's structured result, published as `raw_output`. */
  readonly output: Readonly<Record<string, unknown>>;
}

/** One specialist: judges a signal from its own point of view. Pure; throws if it cannot judge. */
export type Agent = (input: AgentInput) => Finding | Promise<Finding>;

/** A reason found by a rule, and what it adds to the risk. */
export interface Reason {
  readonly text: string;
  readonly risk: number;
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
