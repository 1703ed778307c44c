/** The Secrets that the program makes beside the application's release, as the chart is told of them. */
import type * as pulumi from "@pulumi/pulumi";
import type { SecretKey } from "../config/defaults";
import type { LoginSettings } from "../config/settings";
import { overlay, type ChartOverrides } from "./chart";

/** Names of Secrets; unset where there is none. */
export interface SecretNames {
  /** With the password of the chart's own Redis. */
  readonly redis: pulumi.Input<string> | undefined;
  /** With the key for the model provider. */
  readonly openai: pulumi.Input<string> | undefined;
  /** With what the application's login needs. */
  readonly login: LoginSecrets | undefined;
  /** With the login that images are pulled with. */
  readonly registry: pulumi.Input<string> | undefined;
}

/** Names of the login's Secrets. */
export interface LoginSecrets {
  /** With the client's secret. */
  readonly client: pulumi.Input<string>;
  /** With the key of the sessions' cookies. */
  readonly session: pulumi.Input<string>;
  /** With the stack's own tokens, by role. */
  readonly tokens: pulumi.Input<string>;
  /** With the certificate authority of the provider; unset where a public one will do. */
  readonly ca: pulumi.Input<string> | undefined;
}

/** Whether the chart's own Redis gets its password from the program. @param values the chart's */
export function needsRedisPassword({ backend, redis }: ChartOverrides): boolean {
  const auth = redis?.auth;
  return (
    redis?.enabled !== false &&
    auth?.enabled !== false &&
    backend?.redisPasswordIn !== "none" &&
    !auth?.existingSecret &&
    auth?.secretKey === undefined
  );
}

/**
 * What stands for the names that Pulumi draws for the Secrets, where nothing is deployed.
 *
 * @param values the chart's
 * @param set the keys of the stack file that are set
 * @param auth the login, if there is one
 */
export function standInNames(
  values: ChartOverrides,
  set: readonly SecretKey[],
  auth?: LoginSettings,
): SecretNames {
  return {
    login: auth && {
      client: "soc-agent-login",
      session: "soc-agent-session",
      tokens: "soc-agent-tokens",
      ca: auth.ca === undefined ? undefined : "soc-agent-login-ca",
    },
    redis: needsRedisPassword(values) ? "soc-agent-redis" : undefined,
    openai: set.includes("openaiApiKey") ? "soc-agent-openai" : undefined,
    registry: set.includes("registryPullPassword") ? "soc-agent-registry" : undefined,
  };
}

/** The chart's values with the names of the Secrets. */
export function withSecrets(
  values: ChartOverrides,
  { redis, openai, login, registry }: SecretNames,
): ChartOverrides {
  return overlay(
    values,
    redis !== undefined && { redis: { auth: { existingSecret: redis } } },
    openai !== undefined && { openai: { existingSecret: openai } },
    login !== undefined && {
      auth: {
        oidc: {
          existingSecret: login.client,
          ...(login.ca !== undefined && { caSecret: login.ca }),
        },
        session: { existingSecret: login.session },
        tokens: { existingSecret: login.tokens },
      },
    },
    registry !== undefined && {
      imagePullSecrets: [...(values.imagePullSecrets ?? []), { name: registry }],
    },
  );
}
