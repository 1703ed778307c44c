import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type FlattenedJWSInput,
  type CryptoKey,
} from "jose";
import * as z from "zod";
import { boundedResponse } from "../base/boundedResponse.js";
import { isSafeUrl } from "../config/login.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { providerFails, RETRY_SECONDS } from "./refusal.js";

/** A provider that takes a key out of service is believed this much later at most. */
const REFRESH_MS = 10 * 60_000;
/** Least time between two questions, however many tokens name a key that is not known. */
const RETRY_MS = RETRY_SECONDS * 1000;
/** Longest wait for one answer. */
const TIMEOUT_MS = 5_000;
/** Some hundred keys. */
const MAX_BYTES = 256 * 1024;

/** OpenID Connect Discovery 1.0, section 3. */
const METADATA = z.object({ issuer: z.string(), jwks_uri: z.string() });
const KEY_SET = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

type FindKey = ReturnType<typeof createLocalJWKSet>;

/**
 * The public keys of an OIDC provider. They are read at once, again from time to time, and when a token names one
 * that is not known; while the provider does not answer, those of the last time count.
 */
export class ProviderKeys {
  #find: FindKey | null = null;
  #reading: Promise<void> | null = null;
  #triedAt = -Infinity;
  #failing = false;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly issuer: string,
    private readonly log: Logger,
  ) {
    void this.#read();
    this.#timer = setInterval(() => void this.#read(), REFRESH_MS).unref();
  }

  /**
   * The key that a token names.
   *
   * @throws {@link HttpError} 503 where no keys are known
   */
  readonly find = async (
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<CryptoKey> => {
    if (this.#find === null) {
      await this.#read();
    }
    try {
      return await this.#known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) {
        throw error;
      }
      // The provider may have begun to sign with another.
      await this.#read();
      return this.#known(header, token);
    }
  };

  close(): void {
    clearInterval(this.#timer);
  }

  async #known(...token: Parameters<FindKey>): Promise<CryptoKey> {
    if (this.#find === null) {
      throw providerFails(this.issuer);
    }
    return this.#find(...token);
  }

  /** Reads the keys, unless that was tried just now. Does not fail: what was read before stays. */
  async #read(): Promise<void> {
    if (this.#reading === null && performance.now() - this.#triedAt >= RETRY_MS) {
      this.#triedAt = performance.now();
      this.#reading = this.#readNow().finally(() => (this.#reading = null));
    }
    await this.#reading;
  }

  async #readNow(): Promise<void> {
    const { issuer, log } = this;
    try {
      this.#find = createLocalJWKSet(await readKeys(issuer));
      if (this.#failing) {
        log.info({ issuer }, "The keys of the OIDC provider can be had again");
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        log.error({ issuer, ...errorFields(error) }, "The keys of the OIDC provider cannot be had");
      }
      this.#failing = true;
    }
  }
}

async function readKeys(issuer: string): Promise<JSONWebKeySet> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const metadata = METADATA.parse(await readJson(address));
  if (metadata.issuer !== issuer) {
    throw new Error(`${address} is of the issuer ${metadata.issuer}; AUTH_ISSUER must be the same`);
  }
  if (!isSafeUrl(metadata.jwks_uri)) {
    throw new Error(`jwks_uri of ${address} must be an https URL, got ${metadata.jwks_uri}`);
  }
  return KEY_SET.parse(await readJson(metadata.jwks_uri));
}

/** What an address has, which may not lead to another one. */
async function readJson(address: string): Promise<unknown> {
  const response = await fetch(address, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${address} answered ${response.status}`);
  }
  const tooLarge = () => new Error(`${address} answered with more than ${MAX_BYTES} bytes`);
  return boundedResponse(response, MAX_BYTES, tooLarge).json();
}
