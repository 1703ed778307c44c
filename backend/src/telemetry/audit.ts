import { moduleLogger, type Logger } from "./log.js";

/** Who changes something. */
export interface Caller {
  /** The name of whoever is signed in. */
  readonly by: string;
  /** What their issuer knows them by, which nobody chooses; null for a machine, and where nobody signs in. */
  readonly subject: string | null;
  /** Where the request came from, as far as the proxies on its way are trusted. */
  readonly address: string;
}

/** The threats that were brought by one request, which may be a thousand. */
export interface Brought {
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: number;
  /** Those that came first. */
  readonly threat_ids: readonly string[];
}

/** What somebody changes. */
export type Change =
  | { readonly threat_id: string; readonly decisions?: object }
  | Brought
  | { readonly source_pod: string; readonly attempted_destination: string }
  | { readonly quarantine_id: string }
  | { readonly cleared: object };

/** One line for each change that somebody makes, whatever the level of the log. */
export class AuditLog {
  readonly #log: Logger;

  constructor(logger: Logger) {
    this.#log = moduleLogger(logger, "audit");
    this.#log.level = "info";
  }

  /** Writes it as soon as the answer is on its way, which need not wait for it, with the ids of the present trace. */
  write({ by, subject, address }: Caller, change: Change, message: string): void {
    setImmediate(() => this.#log.info({ by, subject, address, ...change }, message));
  }
}
