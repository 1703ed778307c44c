import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartOverrides } from "../../plan/chart";
import { drawnOnce, drawPassword } from "../password";

/** Where the chart looks for the password inside of the Secret, by default. */
const KEY = "redis-password";

/**
 * Makes the password of the chart's own Redis, in a Secret and nowhere else. The chart could make it too,
 * but then it would also stand in Helm's record of the release.
 *
 * @param values the chart's; they may say that there is no such Redis, or that the password is elsewhere
 * @returns values that name the Secret, to be merged over the others; empty if none was made
 */
export function redisPassword(
  name: string,
  { backend, redis }: ChartOverrides,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): ChartOverrides {
  const auth = redis?.auth;
  const wanted =
    redis?.enabled !== false &&
    auth?.enabled !== false &&
    backend?.redisPasswordIn !== "none" &&
    !auth?.existingSecret &&
    auth?.secretKey === undefined;
  if (!wanted) {
    return {};
  }
  const secret = new k8s.core.v1.Secret(
    name,
    {
      metadata: { namespace },
      data: { [KEY]: drawPassword() },
    },
    drawnOnce(opts),
  );
  return { redis: { auth: { existingSecret: secret.metadata.name } } };
}
