import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isMap, type Values } from "../config";

/** Where the chart looks for the password inside of the Secret, by default. */
const KEY = "redis-password";

/**
 * Makes the password of the chart's own Redis, in a Secret and nowhere else. The chart could make it too,
 * but then it would also stand in Helm's record of the release.
 *
 * @param values the chart's values; they may say that there is no such Redis, or that the password is elsewhere
 * @returns values that name the Secret, to be merged over the others; empty if none was made
 */
export function redisPassword(
  name: string,
  values: Values,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): Values {
  const redis = isMap(values["redis"]) ? values["redis"] : {};
  const auth = isMap(redis["auth"]) ? redis["auth"] : {};
  const wanted =
    redis["enabled"] !== false &&
    auth["enabled"] !== false &&
    !auth["existingSecret"] &&
    auth["secretKey"] === undefined;
  if (!wanted) {
    return {};
  }
  const secret = new k8s.core.v1.Secret(
    name,
    {
      metadata: { namespace },
      data: { [KEY]: pulumi.secret(Buffer.from(draw()).toString("base64")) },
    },
    // Made once: every run draws another one, which then does not count. Not `stringData`, which the
    // provider turns into this (pulumi-kubernetes, provider/pkg/clients/unstructured.go): what a state does
    // not have cannot be kept, and the Secret would be made anew each time, and Redis with it.
    { ...opts, ignoreChanges: ["data"] },
  );
  return { redis: { auth: { existingSecret: secret.metadata.name } } };
}

/** A password that needs no quoting anywhere. */
function draw(): string {
  return randomBytes(24).toString("base64url");
}
