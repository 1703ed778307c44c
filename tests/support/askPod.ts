import type { Project } from "./project";

/** What is asked, and of whom. */
export interface Question {
  /** Kubeconfig, relative to the project. */
  readonly kubeconfig: string;
  /** Pod, or `deploy/<name>`, in a container of which Node.js is. */
  readonly pod: string;
  /** @default the kubeconfig's own namespace */
  readonly namespace?: string;
  /** As the pod sees it. */
  readonly url: string;
}

/** Program for the pod: prints what a URL answers, and fails unless it is a success. */
const ASK = `
  const response = await fetch(process.argv[1]);
  console.log(await response.text());
  process.exitCode = response.ok ? 0 : 1;`;

/**
 * Asks a URL from inside of a pod. The API server's proxy is no way to ask the application: no network
 * policy lets it in.
 *
 * @throws Error if it does not answer with success
 */
export function askFromPod(project: Project, question: Question): Promise<string> {
  const { kubeconfig, pod, namespace, url } = question;
  const where = ["--kubeconfig", kubeconfig, ...(namespace ? ["--namespace", namespace] : [])];
  const node = ["node", "--input-type=module", "--eval", ASK, "--", url];
  return project.must("kubectl", [...where, "exec", pod, "--", ...node]);
}

/** Asks the youngest of the backend's pods that are ready for a path of its own, in the kubeconfig's namespace or another. */
export async function askNewestBackend(
  project: Project,
  kubeconfig: string,
  path: string,
  namespace?: string,
): Promise<string> {
  const where = namespace ? ["--namespace", namespace] : [];
  const ready = '{.status.conditions[?(@.type=="Ready")].status}';
  const pods = await project.must("kubectl", [
    ...["--kubeconfig", kubeconfig, ...where, "get", "pods", "-l", "app=soc-backend"],
    ...["--sort-by=.metadata.creationTimestamp"],
    `-o=jsonpath={range .items[*]}pod/{.metadata.name} ${ready}{"\\n"}{end}`,
  ]);
  const [pod = ""] = pods
    .split("\n")
    .filter((line) => line.endsWith(" True"))
    .map((line) => line.replace(/ True$/, ""))
    .slice(-1);
  const url = `http://127.0.0.1:8000${path}`;
  return askFromPod(project, { kubeconfig, pod, url, ...(namespace && { namespace }) });
}
