import { moduleLogger, type Logger } from "./log.js";

/** A change of what is stored, by whom. */
export interface Change {
  readonly by: string;
  /** Where the connection came from. */
  readonly address: string;
  readonly threat_id: string;
  readonly decisions: object;
}

/** One line for each change that somebody makes, whatever the level of the log. */
export class AuditLog {
  readonly #log: Logger;

  constructor(logger: Logger) {
    this.#log = moduleLogger(logger, "audit");
    this.#log.level = "info";
  }

  write(change: Change, message: string): void {
    this.#log.info(change, message);
  }
}
