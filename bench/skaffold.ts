/** Skaffold, as the bench compares with it: the same images, chart and cluster as the bare commands. */
import { stringify } from "yaml";
import { PARTS, type KindSettings } from "../config/settings";
import type { Values } from "../config/values";
import type { Project } from "../tests/support/project";
import { run } from "../machine/run";

/** Whether this machine has one. */
export async function hasSkaffold(): Promise<boolean> {
  return (await run("skaffold", ["version"])).ok;
}

/** Skaffold's configuration: two builds, loaded into Kind, and Helm's release, which it waits for. */
function skaffoldConfig(): object {
  // Skaffold hands names on with anything but letters and digits as an underscore.
  const value = (part: string, name: string) => `{{.IMAGE_${name}_soc_${part}}}`;
  const values = PARTS.flatMap((part) => [
    [`${part}.image.repository`, value(part, "REPO")],
    [`${part}.image.tag`, value(part, "TAG")],
  ]);
  return {
    apiVersion: "skaffold/v4beta13",
    kind: "Config",
    build: {
      local: { push: false, concurrency: 0 },
      tagPolicy: { inputDigest: {} },
      artifacts: PARTS.map((part) => ({ image: `soc-${part}`, context: part })),
    },
    deploy: {
      helm: {
        releases: [
          {
            name: "soc-agent",
            namespace: "soc-agent",
            chartPath: "charts/soc-agent",
            wait: true,
            setValueTemplates: Object.fromEntries(values) as Values,
          },
        ],
      },
    },
  };
}

/**
 * Builds, loads and deploys with Skaffold whatever has changed since the last time.
 *
 * @param kubeconfig relative to the project
 */
export async function skaffoldRun(
  project: Project,
  { name }: KindSettings,
  kubeconfig: string,
): Promise<void> {
  project.write("skaffold.yaml", stringify(skaffoldConfig()));
  const env = [`KUBECONFIG=${project.path(kubeconfig)}`, "SKAFFOLD_UPDATE_CHECK=false"];
  const args = ["skaffold", "run", "--kube-context", `kind-${name}`, "--interactive=false"];
  await project.must("env", [...env, ...args]);
}
