import type { LookedBack } from "../contract/seen.js";
import type { IntelMatch, ThreatSignal } from "../contract/signal.js";
import type { Evidence } from "../contract/threat.js";
import type { Proof } from "./artefacts.js";
import type { CustomerProfile } from "./customers.js";
import type { Facts } from "./facts.js";
import type { PastThreat } from "./history.js";

/** All that an agent may look at. */
export interface AgentInput {
  readonly signal: ThreatSignal;
  readonly facts: Facts;
  /** What only an attack leaves behind, the gravest first. */
  readonly proofs: readonly Proof[];
  readonly profile: CustomerProfile;
  /** What is read of earlier threats of all customers. */
  readonly past: LookedBack;
  /** What intelligence feeds know of the signal. */
  readonly intel: readonly IntelMatch[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a model may be told besides. Rules read none of it: what they read is kept, to judge by it again. */
export interface ToldInput extends AgentInput {
  /** Earlier threats of all customers, newest first. */
  readonly history: readonly PastThreat[];
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
  /** The facts behind it, as the rules found them; a model's words are none. */
  readonly evidence?: readonly Evidence[];
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
