/** Tilt, as the bench compares with it: the same images, chart and cluster as the bare commands. */
import { PARTS, type KindSettings } from "../config/settings";
import type { Project, Started } from "../tests/support/project";
import { run } from "../machine/run";

/** Whether this machine has one. */
export async function hasTilt(): Promise<boolean> {
  return (await run("tilt", ["version"])).ok;
}

/** Tilt's configuration: two builds, which it loads into Kind, and what Helm renders of the chart. */
function tiltfile({ name }: KindSettings): string {
  return [
    "analytics_settings(False)",
    `allow_k8s_contexts("kind-${name}")`,
    ...PARTS.map((part) => `docker_build("soc-${part}", "${part}")`),
    `k8s_yaml(helm("charts/soc-agent", name="soc-agent", namespace="soc-agent"))`,
  ].join("\n");
}

/**
 * Starts a Tilt, which brings every change into the cluster until it is ended.
 *
 * @param kubeconfig relative to the project
 */
export function startTilt(project: Project, kind: KindSettings, kubeconfig: string): Started {
  project.write("Tiltfile", tiltfile(kind));
  const env = [`KUBECONFIG=${project.path(kubeconfig)}`, "DO_NOT_TRACK=1"];
  return project.start("env", [...env, "tilt", "up", "--stream", "--web-mode=prod"]);
}
