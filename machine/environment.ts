/**
 * The environment that programs are started in. What chooses a cluster, a namespace, a builder or a platform
 * goes: every program is told them, and one that listens to a variable besides would work on something else.
 * Where logins, mirrors and proxies lie stays, and so does what a kubeconfig's plugins need of the clouds.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../config/project";

/** The names, as the scripts have them too that Pulumi starts. */
const FOREIGN = fs
  .readFileSync(path.join(ROOT, "scripts/foreign-variables.txt"), "utf8")
  .trim()
  .split("\n")
  .map((name) => new RegExp(`^${name}$`));

/**
 * An environment without the variables that would make a program work elsewhere or otherwise.
 *
 * @param env what to start from
 */
export function ownEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(
    ([name]) => !FOREIGN.some((foreign) => foreign.test(name)),
  );
  // Aliases and defaults that users gave kubectl (kuberc, since Kubernetes 1.33).
  return { ...Object.fromEntries(own), KUBERC: "off" };
}
