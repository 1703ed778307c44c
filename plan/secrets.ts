/** The Secrets that the program makes beside the application's release, as the chart is told of them. */
import type * as pulumi from "@pulumi/pulumi";
import type { SecretKey } from "../config/defaults";
import { overlay, type ChartOverrides } from "./chart";

/** Names of Secrets; unset where there is none. */
export interface SecretNames {
  /** With the password of the chart's own Redis. */
  readonly redis: pulumi.Input<string> | undefined;
  /** With the key for the model provider. */
  readonly openai: pulumi.Input<string> | undefined;
  /** With the login that images are pulled with. */
  readonly registry: pulumi.Input<string> | undefined;
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
 */
export function standInNames(values: ChartOverrides, set: readonly SecretKey[]): SecretNames {
  return {
    redis: needsRedisPassword(values) ? "soc-agent-redis" : undefined,
    openai: set.includes("openaiApiKey") ? "soc-agent-openai" : undefined,
    registry: set.includes("registryPullPassword") ? "soc-agent-registry" : undefined,
  };
}

/** The chart's values with the names of the Secrets. */
export function withSecrets(
  values: ChartOverrides,
  { redis, openai, registry }: SecretNames,
): ChartOverrides {
  return overlay(
    values,
    redis !== undefined && { redis: { auth: { existingSecret: redis } } },
    openai !== undefined && { openai: { existingSecret: openai } },
    registry !== undefined && {
      imagePullSecrets: [...(values.imagePullSecrets ?? []), { name: registry }],
    },
  );
}
