import { errors, type JWTPayload } from "jose";
import { ROLES, type OidcConfig, type Role } from "../config/login.js";

/** Somebody whose token was verified. */
export interface Identity {
  /** A person's name, which they may have chosen themselves, or that of a machine token. */
  readonly name: string;
  /** What the issuer never gives to another one: the token's `sub`; null for a machine. */
  readonly subject: string | null;
  /** All that they may do: an analyst is a reader too. */
  readonly roles: readonly Role[];
  /** When their token ends, in ms since the epoch; null for a machine token. */
  readonly expiresAt: number | null;
}

/** What a verified token says. */
export interface Claims extends Readonly<Record<string, unknown>> {
  readonly sub: string;
  /** In s since the epoch. */
  readonly exp: number;
}

/** The last second that a date can be. */
const MAX_SECONDS = 8.64e12;
/**
 * The claims that name somebody, the most telling first (OpenID Connect Core 1.0, section 5.1); none of them is sure
 * to be of one person alone (section 5.7).
 */
const NAMES = ["preferred_username", "email"] as const;

/**
 * The claims of a verified token.
 *
 * @throws JWTClaimValidationFailed where one that everybody needs cannot be used
 */
export function claimsOf(payload: JWTPayload): Claims {
  const { sub, exp } = payload;
  if (typeof sub !== "string" || sub === "") {
    throw unusable(payload, "sub");
  }
  if (exp === undefined || exp > MAX_SECONDS) {
    throw unusable(payload, "exp");
  }
  return { ...payload, sub, exp };
}

function unusable(payload: JWTPayload, claim: string): Error {
  return new errors.JWTClaimValidationFailed(
    `"${claim}" cannot be used`,
    payload,
    claim,
    "invalid",
  );
}

/** Whom a verified token is of. */
export function identityOf(claims: Claims, config: OidcConfig): Identity {
  const groups = groupsIn(claims, config.rolesClaim);
  const given = ROLES.filter((role) =>
    config.groups[role].some((name) => name === "*" || groups.includes(name)),
  );
  const names = NAMES.map((claim) => claims[claim]);
  const name = names.find((value): value is string => typeof value === "string" && value !== "");
  return {
    name: name ?? claims.sub,
    subject: claims.sub,
    roles: withImplied(given),
    expiresAt: claims.exp * 1000,
  };
}

/** Roles with those that they bring along. */
export function withImplied(given: readonly Role[]): readonly Role[] {
  return ROLES.filter(
    (role) => given.includes(role) || (role === "reader" && given.includes("analyst")),
  );
}

/** The values of a claim that is a text or a list of some; none where it is anything else. */
function groupsIn(claims: Claims, path: string): readonly string[] {
  // A whole name first: those that are URLs have dots of their own.
  const value = Object.hasOwn(claims, path) ? claims[path] : valueAt(claims, path.split("."));
  return [value].flat().filter((group): group is string => typeof group === "string");
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    claims,
  );
}
