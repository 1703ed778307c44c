import { findToken, readMachineTokens, type MachineToken } from "../config/machineTokens.js";
import type { Logger } from "../telemetry/log.js";
import { withImplied, type Identity } from "./identity.js";

/** A machine token and whose it is: the same object for as long as the token is there. */
interface Held extends MachineToken {
  readonly identity: Identity;
}

/** Somebody who wants to know when a token is gone. */
interface Watcher {
  readonly identity: Identity;
  readonly gone: () => void;
}

/** The tokens of machines, from a folder that is read again and again. */
export class MachineTokens {
  #held: readonly Held[] = [];
  #problems = "";
  readonly #watchers = new Set<Watcher>();
  readonly #timer: NodeJS.Timeout;

  /** @param everyMs time between two readings, in ms */
  constructor(
    private readonly folder: string,
    private readonly log: Logger,
    everyMs: number,
  ) {
    this.#read();
    this.#timer = setInterval(() => this.#read(), everyMs).unref();
  }

  /** Whose a token is; null for none that is known. */
  find(shown: string): Identity | null {
    return findToken(this.#held, shown)?.identity ?? null;
  }

  /**
   * Calls when the token of somebody is gone.
   *
   * @returns ends the watch
   */
  watch(identity: Identity, gone: () => void): () => void {
    const watcher = { identity, gone };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #read(): void {
    const { tokens, problems } = readMachineTokens(this.folder, this.#held);
    this.#held = tokens.map((token) => this.#known(token) ?? { ...token, identity: holder(token) });
    const text = problems.join("; ");
    if (text !== this.#problems && problems.length > 0) {
      this.log.error(
        { problems },
        "Machine tokens that cannot be read count as before, others here are not accepted",
      );
    }
    this.#problems = text;
    const present = new Set(this.#held.map(({ identity }) => identity));
    [...this.#watchers]
      .filter(({ identity }) => !present.has(identity))
      .forEach(({ gone }) => gone());
  }

  #known({ name, digest }: MachineToken): Held | undefined {
    return this.#held.find((held) => held.name === name && held.digest.equals(digest));
  }
}

function holder({ name, role }: MachineToken): Identity {
  return { name, subject: null, roles: withImplied([role]), expiresAt: null };
}
