import type * as pulumi from "@pulumi/pulumi";
import type { ChartOverrides } from "../../plan/chart";
import { needsRedisPassword } from "../../plan/secrets";
import { drawnOnce, drawPassword } from "../password";
import { secretName } from "./secret";

/** Where the chart looks for the password inside of the Secret, by default. */
const KEY = "redis-password";

/**
 * Makes the password of the chart's own Redis, in a Secret and nowhere else. The chart could make it too,
 * but then it would also stand in Helm's record of the release.
 *
 * @param values the chart's; they may say that there is no such Redis, or that the password is elsewhere
 * @returns the Secret's name; none if it was not made
 */
export function redisPassword(
  name: string,
  values: ChartOverrides,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (!needsRedisPassword(values)) {
    return undefined;
  }
  return secretName(name, namespace, { data: { [KEY]: drawPassword() } }, drawnOnce(opts));
}
