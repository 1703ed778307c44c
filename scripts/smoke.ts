/**
 * Asks the application through the ingress whether it answers, as the last step of an `up`.
 *
 * BASE_URL      such as http://localhost:8080
 * KUBECONFIG, KUBE_CONTEXT, NAMESPACE   for the report, when it does not answer
 */
import { kubectlFor, podReport, type PodsOf } from "./podReport";
import { messageOf } from "./run";

/** Milliseconds until an application whose pods are ready must answer through the ingress. */
const PATIENCE = 90_000;
const PAUSE = 500;

/** One question, and what a right answer looks like. */
interface Check {
  readonly path: string;
  readonly expects: string;
  readonly fits: (response: Response, body: string) => boolean;
}

const CHECKS: readonly Check[] = [
  {
    path: "/health",
    expects: "the backend's JSON with status healthy",
    fits: (response, body) => response.ok && parsed(body)?.["status"] === "healthy",
  },
  {
    path: "/api/threats",
    expects: "a JSON list",
    fits: (response, body) => response.ok && Array.isArray(parsed(body)),
  },
  {
    path: "/",
    expects: "the dashboard's page",
    fits: (response, body) => response.ok && /<div id="root"/.test(body),
  },
];

/**
 * Asks until every answer is right, or time is up.
 *
 * @param url base URL of the dashboard, such as `http://localhost:8080`
 * @param of whose pods to report on
 * @returns a line for each path that answers
 * @throws Error that names what was wrong with the answers, and the pods that are not ready and why
 */
export async function smoke(url: string, of: PodsOf): Promise<string> {
  const deadline = Date.now() + PATIENCE;
  const failures = (await Promise.all(CHECKS.map((check) => until(check, url, deadline)))).filter(
    (failure) => failure !== undefined,
  );
  if (failures.length > 0) {
    const pods = await podReport(of);
    throw new Error([`${url} does not answer as it should:`, ...failures, pods].join("\n"));
  }
  return `${url} answers: ${CHECKS.map(({ path }) => path).join(", ")}`;
}

async function main(): Promise<void> {
  const { BASE_URL, KUBECONFIG, KUBE_CONTEXT, NAMESPACE } = process.env;
  if (!BASE_URL || !KUBECONFIG || !NAMESPACE) {
    throw new Error("BASE_URL, KUBECONFIG and NAMESPACE must be set");
  }
  const of = {
    kubeconfigFile: KUBECONFIG,
    namespace: NAMESPACE,
    ...(KUBE_CONTEXT && { context: KUBE_CONTEXT }),
  };
  console.log(await smoke(BASE_URL, of));
  console.log(await kubectlFor(of)(["get", "pods,hpa,ingress"]));
}

/** Asks until the answer is right. Returns what was wrong with the last one when time is up. */
async function until(check: Check, base: string, deadline: number): Promise<string | undefined> {
  for (;;) {
    const problem = await ask(check, base);
    if (problem === undefined || Date.now() > deadline) {
      return problem;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function ask({ path, expects, fits }: Check, base: string): Promise<string | undefined> {
  const url = new URL(path, base).href;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const body = await response.text();
    return fits(response, body)
      ? undefined
      : `  ${url}: expected ${expects}, got ${response.status} ${JSON.stringify(body.slice(0, 120))}`;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return `  ${url}: expected ${expects}, got no answer (${String(cause)})`;
  }
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
