import { useContext } from "react";
import { SignInContext } from "../hooks/useSession";
import { SIGN_OUT } from "../lib/links";

/** Who is signed in, as what, and the way out; nothing where nobody is. */
export function Account() {
  const signIn = useContext(SignInContext);
  if (signIn.kind !== "in") {
    return null;
  }
  const { name, roles } = signIn.session;
  const role = roles.join(", ") || "no role";
  return (
    <div className="account" role="group" aria-label="Account">
      <span className="account-name" title={`${name} (${role})`}>
        {name} <span className="muted">{role}</span>
      </span>
      <a className="text-button" href={SIGN_OUT}>
        Sign out
      </a>
    </div>
  );
}
