import { jwtVerify } from "jose";
import type { LoginConfig, OidcConfig } from "../config/login.js";
import type { HttpError } from "../contract/problems.js";
import { errorFields, moduleLogger, type Logger } from "../telemetry/log.js";
import { claimsOf, identityOf, type Identity } from "./identity.js";
import { MachineTokens } from "./machineTokens.js";
import { ProviderKeys } from "./providerKeys.js";
import { providerFails, refusalOf, unauthorized } from "./refusal.js";

/** How far the clocks of a provider and of this machine may be apart. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** Those of private keys: with a shared secret, whoever may verify could also sign. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
/** The longest time that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Bounds of login; the default is the production value. */
export interface LoginOptions {
  /** Time between two readings of the machine tokens, in ms; default 30 s. */
  readonly readTokensEveryMs?: number;
}

/** Tells whose a token is. */
export class Login {
  readonly #machines: MachineTokens | null;
  readonly #keys: ProviderKeys | null;
  readonly #oidc: OidcConfig | null;
  readonly #log: Logger;
  /** What the log was last told of a key that cannot be used. */
  #told = "";

  constructor(
    { oidc, tokensDir }: LoginConfig,
    logger: Logger,
    { readTokensEveryMs = 30_000 }: LoginOptions = {},
  ) {
    const log = moduleLogger(logger, "login");
    this.#log = log;
    this.#oidc = oidc;
    this.#keys = oidc && new ProviderKeys(oidc.issuer, log);
    this.#machines =
      tokensDir === null ? null : new MachineTokens(tokensDir, log, readTokensEveryMs);
  }

  /**
   * Who sends a request.
   *
   * @param authorization its header of that name
   * @throws {@link HttpError} 401 where it does not say, 503 where that cannot be found out
   */
  async identify(authorization: string | undefined): Promise<Identity> {
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    if (token === undefined) {
      throw unauthorized("Sign in, or send a token as Authorization: Bearer TOKEN", false);
    }
    return this.#machines?.find(token) ?? (await this.#person(token));
  }

  /**
   * Calls once when somebody's token is over, with the reason.
   *
   * @returns ends the watch
   */
  whenOver(identity: Identity, over: (reason: string) => void): () => void {
    const { expiresAt } = identity;
    if (expiresAt === null) {
      return (
        this.#machines?.watch(identity, () => over("The token is not valid any more")) ??
        (() => undefined)
      );
    }
    // As long as it would be taken for a request, so that who comes back with it is told the same.
    const endsAt = expiresAt + CLOCK_TOLERANCE_SECONDS * 1000;
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const left = endsAt - Date.now();
      timer =
        left > MAX_TIMER_MS
          ? setTimeout(wait, MAX_TIMER_MS)
          : setTimeout(() => over("The token has expired"), left);
    };
    wait();
    return () => clearTimeout(timer);
  }

  close(): void {
    this.#keys?.close();
    this.#machines?.close();
  }

  async #person(token: string): Promise<Identity> {
    if (this.#oidc === null || this.#keys === null) {
      throw unauthorized("The token is none of the machine tokens", true);
    }
    const { issuer, audience } = this.#oidc;
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ["exp", "sub"],
      });
      return identityOf(claimsOf(payload), this.#oidc);
    } catch (error) {
      throw refusalOf(error, issuer, audience) ?? this.#unusableKey(error, issuer);
    }
  }

  /** Says once, not for each token, that the provider signs with a key that no token can be verified by. */
  #unusableKey(error: unknown, issuer: string): HttpError {
    const fields = errorFields(error);
    if (fields.error !== this.#told) {
      this.#told = fields.error;
      this.#log.error({ issuer, ...fields }, "A key of the OIDC provider cannot be used");
    }
    return providerFails(issuer);
  }
}
