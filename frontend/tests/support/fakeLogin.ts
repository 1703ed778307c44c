import type { IncomingMessage } from "node:http";
import type { Session } from "../../src/types";

/** What the backend makes of who asks; by default it is of a version that knows no login. */
export class FakeLogin {
  /** The answer of `/api/session`; undefined where there is none (404). */
  session: (Session & { readonly expires_at: string | null }) | undefined;
  /** Whether the proxy has no token (any more): all that needs one is refused. */
  signedOut = false;
  /** So many questions for the session are refused before the proxy has renewed the token. */
  refusals = 0;
  /** How often the session was asked for. */
  asked = 0;

  /** Turns login on, and signs somebody in. */
  signIn(...roles: Session["roles"]): void {
    this.session = { login: true, name: "jane", roles, expires_at: "2026-06-01T13:00:00Z" };
    this.signedOut = false;
  }

  /** The status with which a request is refused; undefined where it is not. */
  refusal({ url = "/" }: IncomingMessage): 401 | undefined {
    if (url === "/api/session" && this.refusals > 0) {
      this.refusals -= 1;
      return 401;
    }
    return this.signedOut && (url.startsWith("/api/") || url === "/ws") ? 401 : undefined;
  }

  /** The answer of `/api/session`. */
  answer(): readonly [status: number, body: object] {
    this.asked += 1;
    return this.session ? [200, this.session] : [404, { detail: "Not Found" }];
  }
}
