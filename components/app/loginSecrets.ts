import * as fs from "node:fs";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LoginSettings } from "../../config/settings";
import type { LoginSecrets } from "../../plan/secrets";
import { drawnOnce, drawPassword } from "../password";
import { secretName } from "./secret";

/**
 * Makes the Secrets of the login: what the provider shares with the application, the key of the sessions' cookies, and
 * the stack's own tokens, by which its checks read and send a threat.
 *
 * @param name start of the resources' names
 */
export function loginSecrets(
  name: string,
  { clientSecret, ca }: LoginSettings,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): LoginSecrets {
  const secret = (
    role: string,
    content: k8s.core.v1.SecretArgs,
    options: pulumi.CustomResourceOptions = opts,
  ) => secretName(`${name}-${role}`, namespace, content, options);
  return {
    client: secret("login", { stringData: { "client-secret": clientSecret ?? "" } }),
    session: secret("session", { data: { "cookie-secret": drawPassword() } }, drawnOnce(opts)),
    tokens: secret(
      "tokens",
      { data: { reader: drawPassword(), ingest: drawPassword() } },
      drawnOnce(opts),
    ),
    ca:
      ca === undefined
        ? undefined
        : secret("login-ca", { stringData: { "ca.crt": fs.readFileSync(ca, "utf8") } }),
  };
}
