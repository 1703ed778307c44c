/** Rules for a stack file's login. */
import { setSecret } from "./project";
import { key, type Input } from "./schema";
import { isMap, show } from "./values";

/** The login's Secrets that the stack makes, by their block of chart values, and what to do in place of another one. */
const OWN_LOGIN_SECRETS = {
  oidc: "Set the secret authClientSecret instead",
  session: "It draws the key itself",
  tokens: "Name Secrets with more tokens in values.auth.tokens.extraSecrets",
} as const;

/**
 * What is wrong with the login, and with chart values about it.
 *
 * @param around the stack's name, and whether a path, relative to the project, names something
 * @returns one line per problem
 */
export function authProblems(
  { auth, authClientSecret, values }: Input,
  { exists, stack }: { readonly exists: (file: string) => boolean; readonly stack: string },
): string[] {
  const problems: string[] = [];
  if (auth && authClientSecret === undefined) {
    problems.push(
      `${key("authClientSecret")}: must be set beside auth, got nothing. Run: ${setSecret("authClientSecret", stack)}`,
    );
  }
  if (!auth && authClientSecret !== undefined) {
    problems.push(
      `${key("auth")}: must be set beside authClientSecret, got nothing. Set auth.issuer and auth.clientId, or remove the secret`,
    );
  }
  if (auth?.ca !== undefined && !exists(auth.ca)) {
    problems.push(
      `${key("auth.ca")}: must be a file, got ${show(auth.ca)}, which does not exist. Set the path of a PEM file, relative to the project`,
    );
  }
  const given = isMap(values?.["auth"]) ? values["auth"] : {};
  if (given["enabled"] !== undefined) {
    problems.push(
      `${key("values.auth.enabled")}: must be left out, got ${show(given["enabled"])}: the stack makes the login's Secrets. It is on with auth.issuer and auth.clientId, and off without auth`,
    );
  }
  for (const [block, instead] of Object.entries(OWN_LOGIN_SECRETS)) {
    const secret = isMap(given[block]) ? given[block]["existingSecret"] : undefined;
    if (secret !== undefined) {
      problems.push(
        `${key(`values.auth.${block}.existingSecret`)}: must be left out, got ${show(secret)}: the stack makes this Secret. ${instead}`,
      );
    }
  }
  return problems;
}
