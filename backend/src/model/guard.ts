import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from "cockatiel";
import type { Circuit } from "../contract/responses.js";
import { ModelError } from "./failure.js";

/** Bounds of the {@link Guard}; every field has the production value as default. */
export interface GuardOptions {
  /** So many failures in a row open the circuit. Default 5, which is one analysis. */
  readonly failures?: number;
  /** After so many ms an open circuit is tried again. Default 15 s. */
  readonly retryAfterMs?: number;
  /** Questions of one agent that may be under way at the same time. Default 16. */
  readonly concurrency?: number;
  /** Told when the circuit changes. */
  readonly onCircuit?: (circuit: Circuit) => void;
}

const CIRCUITS: Readonly<Record<CircuitState, Circuit>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Isolated]: "open",
};

/**
 * Keeps a model that fails, or is too slow for the load, from holding up analyses: then questions are
 * refused at once. All agents share one circuit, since they ask the same model, but each has its own bound
 * of questions under way. Nothing waits in a queue: rules answer sooner than a queue would.
 */
export class Guard {
  readonly #breaker;
  readonly #bulkheads = new Map<string, ReturnType<typeof bulkhead>>();
  readonly #concurrency: number;

  constructor({
    failures = 5,
    retryAfterMs = 15_000,
    concurrency = 16,
    onCircuit = () => undefined,
  }: GuardOptions = {}) {
    this.#concurrency = concurrency;
    this.#breaker = circuitBreaker(handleAll, {
      halfOpenAfter: retryAfterMs,
      breaker: new ConsecutiveBreaker(failures),
    });
    this.#breaker.onStateChange((state) => onCircuit(CIRCUITS[state]));
  }

  get circuit(): Circuit {
    return CIRCUITS[this.#breaker.state];
  }

  /**
   * Asks, unless the circuit is open or too much is under way.
   *
   * @param who whose bound it counts against
   * @param ask rejects with {@link ModelError}
   */
  async run<T>(who: string, ask: () => Promise<T>): Promise<T> {
    // One question tries whether the model is back; the others need not wait for that.
    if (this.#breaker.state === CircuitState.HalfOpen) {
      throw new ModelError("circuit open");
    }
    try {
      return await this.#bulkhead(who).execute(() => this.#breaker.execute(ask));
    } catch (error) {
      if (isBrokenCircuitError(error)) {
        throw new ModelError("circuit open");
      }
      throw isBulkheadRejectedError(error) ? new ModelError("too many questions at once") : error;
    }
  }

  #bulkhead(who: string): ReturnType<typeof bulkhead> {
    const known = this.#bulkheads.get(who) ?? bulkhead(this.#concurrency);
    this.#bulkheads.set(who, known);
    return known;
  }
}
