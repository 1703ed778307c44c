/**
 * `npm run render -- STACK`: prints the objects that a stack makes, as YAML for `kubectl diff` and its like. It reads
 * the stack's file and the project, and asks neither Docker nor a cluster nor the stack's state; a chart of an add-on that
 * was never here is downloaded. What another revision of the project prints is compared with it, so its form stays.
 */
import { ROOT } from "../config/project";
import { runMain } from "../machine/run";
import { kubernetesVersion, renderReleases } from "../plan/render";
import { printRendered, unseenLines } from "../plan/rendered";
import { planStack } from "../plan/stack";

async function main([stack, ...more]: readonly string[]): Promise<void> {
  if (stack === undefined || stack.startsWith("-") || more.length > 0) {
    throw new Error("usage: npm run --silent render -- STACK >objects.yaml");
  }
  const planned = planStack(stack);
  if (kubernetesVersion(planned.config) === undefined) {
    console.error(UNNAMED);
  }
  const rendered = await renderReleases(planned);
  unseenLines(rendered.unseen).forEach((line) => console.error(`not rendered: ${line}`));
  process.stdout.write(printRendered(rendered));
}

/** What is said of a stack that names no Kubernetes version. */
const UNNAMED =
  "rendered for Helm's own Kubernetes version: soc-agent:cluster.existing.kubernetesVersion names no other";

process.chdir(ROOT);
runMain(() => main(process.argv.slice(2)));
