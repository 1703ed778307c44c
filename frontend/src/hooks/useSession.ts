import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";
import { ApiError, getSession, REFUSED, refusals } from "../lib/api";
import type { ConnectionState } from "../live/liveSocket";
import type { Role, Session } from "../types";

/** What is known of who sits before the page. */
export type SignIn =
  /** Not asked yet. */
  | { readonly kind: "unknown" }
  /** Nobody has to sign in, or the backend is of a version that knows no login. */
  | { readonly kind: "off" }
  | { readonly kind: "in"; readonly session: Session }
  /** Somebody was signed in, or should be. */
  | { readonly kind: "out" };

/** Who may do what, for whatever lets people do something. */
export const SignInContext = createContext<SignIn>({ kind: "unknown" });

/**
 * Asks the backend who is signed in: at first, whenever the connection comes or fails, and when the backend
 * refuses something for want of a token.
 *
 * While there is no answer at all, what is known stays: the backend is the one that refuses.
 */
export function useSession(connection: ConnectionState): SignIn {
  const [signIn, setSignIn] = useState<SignIn>({ kind: "unknown" });
  const asking = useRef(false);
  /** Whether there was an occasion to ask since the question that is under way. */
  const again = useRef(false);
  const ask = useCallback(async () => {
    again.current = true;
    if (asking.current) {
      return;
    }
    asking.current = true;
    let found: SignIn | undefined;
    while (again.current) {
      again.current = false;
      found = (await findOut()) ?? found;
    }
    setSignIn((old) => found ?? (old.kind === "unknown" ? { kind: "off" } : old));
    asking.current = false;
  }, []);

  const live = connection.kind === "live";
  const failures = "attempt" in connection ? connection.attempt : 0;
  useEffect(() => void ask(), [ask, live, failures]);

  const { kind } = signIn;
  useEffect(() => {
    // Who is signed out already learns nothing new from it, every few seconds.
    if (kind !== "out") {
      const onRefused = () => void ask();
      refusals.addEventListener(REFUSED, onRefused);
      return () => refusals.removeEventListener(REFUSED, onRefused);
    }
    return undefined;
  }, [ask, kind]);
  return signIn;
}

/** Asks once more where it was refused: the proxy may have renewed the token meanwhile. */
async function findOut(refusedBefore = false): Promise<SignIn | undefined> {
  try {
    const session = await getSession();
    return session.login ? { kind: "in", session } : { kind: "off" };
  } catch (error) {
    const status = error instanceof ApiError ? error.status : undefined;
    if (status === 404) {
      return { kind: "off" };
    }
    if (status !== 401) {
      return undefined;
    }
    return refusedBefore ? { kind: "out" } : findOut(true);
  }
}

/**
 * Why the reader of the page may not do something; undefined if he may, as far as is known.
 *
 * @param roles any of which it needs
 */
export function useRefusal(...roles: readonly [Role, ...Role[]]): string | undefined {
  const signIn = useContext(SignInContext);
  if (signIn.kind === "out") {
    return "You are signed out";
  }
  return signIn.kind === "in" && !roles.some((role) => signIn.session.roles.includes(role))
    ? `Needs the role ${roles.join(" or ")}`
    : undefined;
}
