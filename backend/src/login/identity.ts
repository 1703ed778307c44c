import { ROLES, type OidcConfig, type Role } from "../config/login.js";

/** Somebody whose token was verified. */
export interface Identity {
  /** A person's name, or that of a machine token. */
  readonly name: string;
  /** All that they may do: an analyst is a reader too. */
  readonly roles: readonly Role[];
  /** When their token ends, in ms since the epoch; null for a machine token. */
  readonly expiresAt: number | null;
}

/** What a verified token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims that name somebody, the most telling first (OpenID Connect Core 1.0, section 5.1). */
const NAMES = ["preferred_username", "email", "sub"] as const;

/** Whom a verified token is of. */
export function identityOf(claims: Claims, config: OidcConfig): Identity {
  const groups = groupsIn(claims, config.rolesClaim);
  const given = ROLES.filter((role) =>
    config.groups[role].some((name) => name === "*" || groups.includes(name)),
  );
  const names = NAMES.map((claim) => claims[claim]);
  const name = names.find((value) => typeof value === "string" && value !== "");
  return {
    name: String(name),
    roles: withImplied(given),
    expiresAt: Number(claims["exp"]) * 1000,
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
