/** What of the application's values only a deployment knows, taken from the last one. */
import { PARTS } from "../config/settings";
import { isMap, type Values } from "../config/values";
import { overlay, type ChartOverrides } from "./chart";
import { standInNames, withSecrets, type SecretNames } from "./secrets";
import type { PlannedStack } from "./stack";
import { valueAt } from "./workloads";

/**
 * The values of the application's chart as an update would give them: names of Secrets and digests of images are those of
 * the last one, and stand-ins for what it did not have.
 *
 * @param deployed the values of the last update; empty before the first
 */
export function asDeployed(
  { config, values, secrets }: PlannedStack,
  deployed: Values,
): ChartOverrides {
  const names = standInNames(values, secrets, config.auth);
  return withSecrets(withDeployedDigests(values, deployed), deployedNames(names, deployed));
}

/** A pushed image's digest stands behind the tag of the content that it is of. */
function withDeployedDigests(values: ChartOverrides, deployed: Values): ChartOverrides {
  return PARTS.reduce((all, part) => {
    const tag = valueAt(deployed, [part, "image", "tag"]);
    const own = all[part]?.image?.tag;
    return typeof tag === "string" && typeof own === "string" && tag.startsWith(`${own}@`)
      ? overlay(all, { [part]: { image: { tag } } })
      : all;
  }, values);
}

function deployedNames(
  { redis, openai, login, registry }: SecretNames,
  deployed: Values,
): SecretNames {
  const at = <T>(standIn: T, ...path: string[]): T | string => {
    const found = valueAt(deployed, path);
    return standIn !== undefined && typeof found === "string" ? found : standIn;
  };
  const pulls = deployed["imagePullSecrets"];
  const last: unknown = Array.isArray(pulls) ? pulls.at(-1) : undefined;
  return {
    redis: at(redis, "redis", "auth", "existingSecret"),
    openai: at(openai, "openai", "existingSecret"),
    login: login && {
      client: at(login.client, "auth", "oidc", "existingSecret"),
      session: at(login.session, "auth", "session", "existingSecret"),
      tokens: at(login.tokens, "auth", "tokens", "existingSecret"),
      ca: at(login.ca, "auth", "oidc", "caSecret"),
    },
    registry: registry && isMap(last) && typeof last["name"] === "string" ? last["name"] : registry,
  };
}
