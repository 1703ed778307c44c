import type { Role } from "../config/login.js";
import type { Identity } from "./identity.js";

/**
 * Who may use a route where login is on: everybody, such as the probes of a cluster; whoever is signed in; or who has
 * one of some roles.
 */
export type Allowed = "everybody" | "signed-in" | readonly Role[];

/** Why somebody may not use what is asked for; null where they may. */
export function forbidden(
  what: string,
  allowed: Allowed,
  { name, roles }: Identity,
): string | null {
  if (typeof allowed === "string" || allowed.some((role) => roles.includes(role))) {
    return null;
  }
  return `${what} needs the role ${allowed.join(" or ")}, and ${name} has ${roles.join(", ") || "none"}`;
}
