import { ROLES } from "../config/login.js";
import type { Session } from "../contract/responses.js";
import type { Routes } from "./route.js";

/**
 * `/api/session`: who is signed in, and what they may do.
 *
 * @param login whether people have to sign in
 */
export function sessionRoutes(routes: Routes, login: boolean): void {
  routes.add(
    {
      method: "GET",
      path: "/api/session",
      summary: "Who is signed in, what they may do, and until when",
      allowed: "signed-in",
      answers: { 200: { description: "The session", schema: "Session" } },
    },
    ({ request: { identity } }): Session => ({
      login,
      name: identity?.name ?? null,
      roles: [...(identity?.roles ?? ROLES)],
      expires_at: isoOrNull(identity?.expiresAt ?? null),
    }),
  );
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
