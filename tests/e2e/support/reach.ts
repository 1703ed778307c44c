/** Who reaches whom in a cluster: pods that stand for all sorts of callers, and what comes of their calls. */
import type { Values } from "../../../config/values";
import { must } from "../../../machine/run";
import type { Project } from "../../support/project";
import { KUBECONFIG, kubectl } from "./stack";

/** An address outside of the cluster, of a range that documentation uses, made to exist by {@link standIns}. */
const INTERNET = "203.0.113.10";
/** Where clouds serve their metadata and credentials. */
const METADATA = "169.254.169.254";

/** A pod that calls. */
export interface Caller {
  readonly namespace: string;
  readonly name: string;
  /** Labels by which policies and peers take it for something else. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Things to call, by name; see {@link targetsOf}. */
export type Targets = Readonly<Record<string, readonly [string, number]>>;

/** Program of a caller's call: tries all targets at once, and prints the names of those that it reached. */
const CALL = `
  import { lookup } from "node:dns/promises";
  import { connect } from "node:net";
  const [targets] = process.argv.slice(1).map((text) => JSON.parse(text));
  const reached = await Promise.all(Object.entries(targets).map(([name, [host, port]]) =>
    port === 53
      ? Promise.race([
          lookup(host).then(() => name, () => undefined),
          new Promise((resolve) => setTimeout(resolve, 4000)),
        ])
      : new Promise((resolve) => {
          const socket = connect({ host, port, timeout: 3000 }, () => resolve(name));
          socket.on("error", () => resolve()).on("timeout", () => resolve());
        })));
  console.log(JSON.stringify(reached.filter(Boolean).sort()));
  process.exit();`;

/** What a release of the chart offers, and what lies outside of the cluster. */
export async function targetsOf(project: Project, namespace: string, name: string) {
  const address = async (part: string): Promise<string> =>
    kubectl(
      project,
      ...["get", "service", `${name}-${part}`, "-n", namespace],
      ...["-o", "jsonpath={.spec.clusterIP}"],
    );
  return {
    backend: [await address("backend"), 8000],
    frontend: [await address("frontend"), 80],
    redis: [await address("redis"), 6379],
    dns: ["kubernetes.default.svc.cluster.local", 53],
    internet: [INTERNET, 443],
    // Not the port that is open for the model provider, so that the address alone is not what refuses it.
    "internet:80": [INTERNET, 80],
    metadata: [METADATA, 80],
    "metadata:443": [METADATA, 443],
  } as const satisfies Targets;
}

/**
 * Pods of the backend's image that do nothing until they are told to call. They are never ready, so that
 * no Service sends anything to one that carries another part's labels.
 */
export function callerPods(callers: readonly Caller[], image: string, node: string): Values[] {
  return callers.map(({ namespace, name, labels = {} }) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    spec: {
      nodeSelector: { "kubernetes.io/hostname": node },
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "caller",
          image,
          imagePullPolicy: "Never",
          command: ["sleep", "infinity"],
          readinessProbe: { exec: { command: ["false"] } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  }));
}

/** What a caller reaches, sorted. */
export function reach(project: Project, caller: Caller, targets: Targets): Promise<string[]> {
  return evaluate(project, caller, CALL, targets);
}

/** Runs a program (an ES module) inside of a caller: it gets one argument as JSON, and prints texts as JSON. */
export async function evaluate(
  project: Project,
  { namespace, name }: Caller,
  program: string,
  argument: object,
): Promise<string[]> {
  const node = ["node", "--input-type=module", "--eval", program, "--", JSON.stringify(argument)];
  const where = ["--kubeconfig", project.path(KUBECONFIG), "--namespace", namespace];
  return JSON.parse(await must("kubectl", [...where, "exec", name, "--", ...node])) as string[];
}

/**
 * Makes the two addresses outside of the cluster exist: on one node, with something that answers on them,
 * and a way to them from the others. Without them a refused call would prove nothing.
 *
 * @param host node that has the addresses
 * @param others nodes that get a way there
 * @returns the pod that answers
 */
export async function standIns(
  image: string,
  host: string,
  others: readonly string[],
): Promise<Values> {
  const address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const via = (await must("docker", ["inspect", "--format", address, host])).trim();
  for (const outside of [INTERNET, METADATA]) {
    const ip = (node: string, ...args: string[]) => must("docker", ["exec", node, "ip", ...args]);
    await ip(host, "address", "replace", `${outside}/32`, "dev", "lo");
    for (const node of others) {
      await ip(node, "route", "replace", `${outside}/32`, "via", via);
    }
  }
  const listen = `
    for (const host of ${JSON.stringify([INTERNET, METADATA])}) {
      for (const port of [80, 443]) {
        require("node:net").createServer((socket) => socket.end()).listen(port, host);
      }
    }`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name: "outside" },
    spec: {
      nodeName: host,
      hostNetwork: true,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsUser: 0 },
      containers: [
        { name: "outside", image, imagePullPolicy: "Never", command: ["node", "--eval", listen] },
      ],
    },
  };
}
