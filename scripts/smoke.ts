/**
 * Asks the application through the ingress whether it answers, as the last step of an `up`.
 *
 * BASE_URL      such as http://localhost:8080
 * ADDRESS       host or host:port to ask instead of what BASE_URL's name resolves to
 * CA_FILE       PEM file with the certificate authority to trust
 * UNTRUSTED     "true" when the certificate is one that nobody trusts
 * KUBECONFIG, KUBE_CONTEXT, NAMESPACE   for the ingress's address, and for the report when it does not answer
 */
import * as dns from "node:dns/promises";
import * as fs from "node:fs";
import * as tls from "node:tls";
import type { SmokeSettings } from "../config";
import { httpGet, parseAddress, type Answer, type Route } from "./httpGet";
import { kubectlFor, podReport, type Kubectl, type PodsOf } from "./podReport";
import { messageOf } from "./run";

/** Milliseconds until an application whose pods are ready must answer through the ingress. */
const PATIENCE = 90_000;
/** Milliseconds until a cloud must have given the Ingress an address. */
const ADDRESS_PATIENCE = 180_000;
const PAUSE = 500;

/** One question, and what a right answer looks like. */
interface Check {
  readonly path: string;
  readonly expects: string;
  readonly fits: (answer: Answer) => boolean;
}

const CHECKS: readonly Check[] = [
  {
    path: "/health",
    expects: "the backend's JSON with status healthy",
    fits: ({ status, body }) => status === 200 && parsed(body)?.["status"] === "healthy",
  },
  {
    path: "/api/threats",
    expects: "a JSON list",
    fits: ({ status, body }) => status === 200 && Array.isArray(parsed(body)),
  },
  {
    path: "/",
    expects: "the dashboard's page",
    fits: ({ status, body }) => status === 200 && /<div id="root"/.test(body),
  },
];

/** What to ask, by which way, and what has to be said about that. */
interface Way {
  readonly base: string;
  readonly route: Route;
  readonly remarks: readonly string[];
}

/** What to ask. */
export interface Target extends Pick<SmokeSettings, "address" | "ca"> {
  /** Base URL of the dashboard, such as `http://localhost:8080`. */
  readonly url: string;
  /** Whether the certificate is one that nobody trusts, as those of a staging issuer. */
  readonly untrusted?: boolean;
}

/**
 * Asks until every answer is right, or time is up.
 *
 * @param of where the Ingress is, and whose pods to report on
 * @returns what answers, and what could not be checked about that
 * @throws Error that names what was wrong with the answers, and the pods that are not ready and why
 */
export async function smoke(target: Target, of: PodsOf): Promise<string> {
  const { url } = target;
  const way = await findWay(target, kubectlFor(of));
  const deadline = Date.now() + PATIENCE;
  const failures = (await Promise.all(CHECKS.map((check) => until(check, way, deadline)))).filter(
    (failure) => failure !== undefined,
  );
  if (failures.length > 0) {
    const pods = await podReport(of);
    throw new Error(
      [`${url} does not answer as it should:`, ...failures, ...way.remarks, pods].join("\n"),
    );
  }
  const paths = CHECKS.map(({ path }) => path).join(", ");
  return [`${url} answers: ${paths}`, ...way.remarks].join("\n");
}

async function main(): Promise<void> {
  const { BASE_URL, ADDRESS, CA_FILE, UNTRUSTED } = process.env;
  const { KUBECONFIG, KUBE_CONTEXT, NAMESPACE } = process.env;
  if (!BASE_URL || !KUBECONFIG || !NAMESPACE) {
    throw new Error("BASE_URL, KUBECONFIG and NAMESPACE must be set");
  }
  const of = {
    kubeconfigFile: KUBECONFIG,
    namespace: NAMESPACE,
    ...(KUBE_CONTEXT && { context: KUBE_CONTEXT }),
  };
  const target = {
    url: BASE_URL,
    untrusted: UNTRUSTED === "true",
    ...(ADDRESS && { address: ADDRESS }),
    ...(CA_FILE && { ca: CA_FILE }),
  };
  console.log(await smoke(target, of));
  console.log(await kubectlFor(of)(["get", "pods,hpa,ingress"]));
}

/** Finds the way to the application. A first deployment comes before its name is in the DNS, and has to work too. */
async function findWay(target: Target, kubectl: Kubectl): Promise<Way> {
  const { url: base, address, untrusted = false } = target;
  const { protocol, hostname } = new URL(base);
  const ca = target.ca && [...tls.rootCertificates, fs.readFileSync(target.ca, "utf8")].join("\n");
  const trust: Route = { ...(ca && { ca }), verify: !untrusted };
  const secure = protocol === "https:";
  const remarks =
    secure && !trust.verify ? ["The certificate was not checked: its issuer is for tests."] : [];
  if (address) {
    return { base, route: { ...trust, ...parseAddress(address) }, remarks };
  }
  if (await resolves(hostname)) {
    return { base, route: trust, remarks };
  }
  const host = await ingressAddress(kubectl);
  return host === undefined
    ? {
        base,
        route: trust,
        remarks: [
          `${hostname} is not in the DNS, and the Ingress has no address yet (kubectl get ingress). ` +
            "Set soc-agent:smokeCheck.address to the ingress controller's address, or smokeCheck.run to false.",
        ],
      }
    : {
        base,
        // No public issuer gives out a certificate for a name that is not in the DNS.
        route: { ...trust, host, verify: false },
        remarks: [
          `${hostname} is not in the DNS yet, so the Ingress's address was asked. Point ${hostname} to ${host}.`,
          ...(secure
            ? ["The certificate was not checked: it cannot be there before the name is."]
            : []),
        ],
      };
}

async function resolves(hostname: string): Promise<boolean> {
  try {
    await dns.lookup(hostname);
    return true;
  } catch {
    return false;
  }
}

/** The part of an Ingress that is read here (networking.k8s.io/v1). */
interface Ingress {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** The address that the controller has written into the Ingress; clouds take a while to give one. */
async function ingressAddress(kubectl: Kubectl): Promise<string | undefined> {
  const deadline = Date.now() + ADDRESS_PATIENCE;
  for (;;) {
    const { items }: { items: Ingress[] } = JSON.parse(
      await kubectl(["get", "ingress", "-o", "json"]),
    );
    const [address] = items.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);
    const found = address?.ip ?? address?.hostname;
    // An application that comes in by another way than an Ingress has none to wait for.
    if (found !== undefined || items.length === 0 || Date.now() > deadline) {
      return found;
    }
    await pause();
  }
}

/** Asks until the answer is right. Returns what was wrong with the last one when time is up. */
async function until(check: Check, way: Way, deadline: number): Promise<string | undefined> {
  for (;;) {
    const problem = await ask(check, way);
    if (problem === undefined || Date.now() > deadline) {
      return problem;
    }
    await pause();
  }
}

async function ask(
  { path, expects, fits }: Check,
  { base, route }: Way,
): Promise<string | undefined> {
  const url = new URL(path, base);
  try {
    const answer = await httpGet(url, route);
    return fits(answer)
      ? undefined
      : `  ${url.href}: expected ${expects}, got ${answer.status} ${JSON.stringify(answer.body.slice(0, 120))}`;
  } catch (error) {
    return `  ${url.href}: expected ${expects}, got no answer (${String(error)})`;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
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
