/** The ingress controller of a Kind cluster, asked without the port that is published for it. */
import type { core } from "@pulumi/kubernetes/types/input";
import type { SmokeCheck } from "../config/settings";
import { kubectlFor, type Kubectl, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { messageOf } from "../machine/run";
import { expectation, fits } from "./expectations";
import { isReady } from "./podReport";
import { httpGet, type Answer, type Route } from "./httpGet";

/** Port of a node that Kind publishes for HTTP. */
const NODE_PORT = 80;

type Pod = Seen<core.v1.Pod, "spec" | "status"> & {
  readonly metadata: { readonly namespace: string; readonly name: string };
};

/**
 * Asks the controller through the API server's proxy, by the Ingress's host, what was asked through the published port, and
 * says where they differ: another program can have that port, or the way to it can be broken.
 *
 * @param check what is asked; the proxy hands on no token
 * @param url where it was asked
 * @param right whether the answers there were right
 * @returns a line for people, or none: where they agree, and where a cluster is not Kind's or has no such controller
 */
export async function controllerReport(
  check: SmokeCheck,
  url: URL,
  of: Target,
  right: boolean,
): Promise<string[]> {
  // A stack names the context of a cluster that exists, and none of its own.
  if (of.context !== undefined || url.protocol !== "http:") {
    return [];
  }
  let answer: Answer | undefined;
  try {
    answer = await askController(check.path, url, kubectlFor(of));
  } catch (error) {
    return right
      ? []
      : [`The ingress controller could not be asked through the API server: ${messageOf(error)}`];
  }
  // The API server rewrites the links of a page that it hands on: what it contains need not be the same.
  const asked = right ? { ...check, contains: undefined } : check;
  if (answer === undefined || (right && fits(asked, answer))) {
    return [];
  }
  const who = `The ingress controller, asked through the API server for ${check.path},`;
  if (right) {
    return [
      `warning: ${who} answers otherwise than ${url.host} (status ${answer.status}, expected ${expectation(check)}): ` +
        `something else may answer there. See who listens at port ${url.port || "80"} of this machine`,
    ];
  }
  return fits(check, answer)
    ? [
        `${who} answers as it should: what is wrong is between ${url.host} and it. ` +
          `See who else listens at port ${url.port || "80"} of this machine`,
      ]
    : [`${who} does not either: status ${answer.status}`];
}

/** @returns undefined where no pod has the node's port */
async function askController(
  path: string,
  url: URL,
  kubectl: Kubectl,
): Promise<Answer | undefined> {
  const [pods, way] = await Promise.all([
    kubectl(["get", "pods", "--all-namespaces", "--output=json"]),
    apiServer(kubectl),
  ]);
  const found = itemsOf<Pod>(pods)
    // One that was evicted, or has ended, keeps its name and its port.
    .filter(isReady)
    .flatMap(({ metadata, spec }) => spec.containers.map((container) => ({ metadata, container })))
    .flatMap(({ metadata, container }) =>
      (container.ports ?? []).map((port) => ({ metadata, port })),
    )
    .find(({ port }) => port.hostPort === NODE_PORT);
  if (found === undefined) {
    return undefined;
  }
  const { metadata, port } = found;
  const at = `/api/v1/namespaces/${metadata.namespace}/pods/http:${metadata.name}:${port.containerPort}/proxy${path}`;
  return httpGet(new URL(at, way.server), { ...way.route, named: url.host });
}

/** What Kind's kubeconfig has: one cluster, and a certificate to log in with. */
interface KindKubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; "certificate-authority-data": string } },
  ];
  readonly users: readonly [
    { readonly user: { "client-certificate-data": string; "client-key-data": string } },
  ];
}

/** Where the API server is, and how it is asked: `kubectl proxy` would name the API server to the controller. */
async function apiServer(kubectl: Kubectl): Promise<{ server: string; route: Route }> {
  const text = await kubectl(["config", "view", "--raw", "--minify", "--output=json"]);
  const {
    clusters: [{ cluster }],
    users: [{ user }],
  } = JSON.parse(text) as KindKubeconfig;
  const pem = (data: string) => Buffer.from(data, "base64").toString();
  return {
    server: cluster.server,
    route: {
      ca: pem(cluster["certificate-authority-data"]),
      client: {
        cert: pem(user["client-certificate-data"]),
        key: pem(user["client-key-data"]),
      },
    },
  };
}
