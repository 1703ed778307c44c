/** Mistakes, widenings and refactorings as people make them, for the rules to be tried on. */
import type { KubernetesObject } from "../../../plan/objects";
import type { Target } from "../../../plan/rules/rule";
import { add, all, change, drop, put, turned, type Edit } from "./edits";

/** Something that somebody did to a stack. */
export interface Seed {
  readonly stack: "dev" | "prod";
  readonly title: string;
  readonly edit: Edit;
}

/** Something that a rule must find. */
export interface Mistake extends Seed {
  /** The rule's id. */
  readonly rule: string;
}

const BACKEND = "Deployment soc-agent/soc-agent-backend";
const FRONTEND = "Deployment soc-agent/soc-agent-frontend";
const POD = ["spec", "template", "spec"] as const;
const CONTAINER = [...POD, "containers", 0] as const;
const NAMESPACE = "Namespace soc-agent";
const ENFORCE = ["metadata", "labels", "pod-security.kubernetes.io/enforce"] as const;

const object = (kind: string, more: object, apiVersion = "v1"): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "more", namespace: "soc-agent" },
  ...more,
});
const context =
  (name: string): Edit =>
  (target) => ({
    ...target,
    cluster: { kind: "existing", kubeconfig: "k", context: name, allowKind: false },
  });
const release =
  (name: string, more: object): Edit =>
  (target) => ({
    ...target,
    releases: target.releases.map((one) => (one.name === name ? { ...one, ...more } : one)),
  });

/** What a reviewer should not have to find. */
export const MISTAKES: readonly Mistake[] = [
  [
    "prod",
    "limits-set",
    "the backend loses its limit of memory",
    put(BACKEND, [...CONTAINER, "resources", "limits"], {}),
  ],
  [
    "dev",
    "limits-set",
    "the frontend asks for no processor",
    put(FRONTEND, [...CONTAINER, "resources", "requests", "cpu"], undefined),
  ],
  [
    "dev",
    "probes-set",
    "the frontend loses its readiness probe",
    put(FRONTEND, [...CONTAINER, "readinessProbe"], undefined),
  ],
  [
    "prod",
    "probes-set",
    "Redis loses its liveness probe",
    put("StatefulSet soc-agent/soc-agent-redis", [...CONTAINER, "livenessProbe"], undefined),
  ],
  [
    "prod",
    "image-fixed",
    "the backend runs a tag that moves",
    put(BACKEND, [...CONTAINER, "image"], "gcr.io/my-project/soc-backend:v1"),
  ],
  [
    "dev",
    "image-fixed",
    "the backend runs latest",
    put(BACKEND, [...CONTAINER, "image"], "soc-backend:latest"),
  ],
  [
    "prod",
    "no-outer-service",
    "the backend gets a NodePort",
    put("Service soc-agent/soc-agent-backend", ["spec", "type"], "NodePort"),
  ],
  [
    "prod",
    "no-outer-service",
    "the frontend gets a load balancer of its own",
    put("Service soc-agent/soc-agent-frontend", ["spec", "type"], "LoadBalancer"),
  ],
  [
    "dev",
    "no-host-network",
    "the frontend takes a port of its node",
    put(FRONTEND, [...CONTAINER, "ports", 0, "hostPort"], 80),
  ],
  [
    "dev",
    "no-host-network",
    "the backend goes to its node's network",
    put(BACKEND, [...POD, "hostNetwork"], true),
  ],
  [
    "prod",
    "namespace-level",
    "the namespace loses its Pod Security level",
    put(NAMESPACE, ENFORCE, undefined),
  ],
  [
    "dev",
    "namespace-level",
    "the namespace takes privileged pods",
    put(NAMESPACE, ENFORCE, "privileged"),
  ],
  [
    "dev",
    "pods-restricted",
    "the backend may write the node's disk",
    put(BACKEND, [...POD, "volumes", "+"], { name: "node", hostPath: { path: "/" } }),
  ],
  [
    "prod",
    "pods-restricted",
    "the frontend's container is privileged",
    put(FRONTEND, [...CONTAINER, "securityContext", "privileged"], true),
  ],
  [
    "prod",
    "no-plaintext-secret",
    "Redis' password stands in the Deployment",
    put(BACKEND, [...CONTAINER, "env", 0], { name: "REDIS_PASSWORD", value: "hunter2" }),
  ],
  [
    "dev",
    "no-plaintext-secret",
    "a model provider's key stands in the ConfigMap",
    put("ConfigMap soc-agent/soc-agent-backend-config", ["data", "MODEL"], `sk-${"a".repeat(32)}`),
  ],
  [
    "prod",
    "no-secret-in-release",
    "a further object is a Secret",
    add(object("Secret", { stringData: { a: "b" } })),
  ],
  [
    "dev",
    "release-pinned",
    "ingress-nginx takes whatever is newest",
    release("ingress-nginx", { version: ">=4" }),
  ],
  [
    "prod",
    "api-served",
    "the disruption budget is of an API that has gone",
    put("PodDisruptionBudget soc-agent/soc-agent-backend", ["apiVersion"], "policy/v1beta1"),
  ],
  ["prod", "prod-not-on-kind", "prod gets the context of a Kind cluster", context("kind-soc-demo")],
].map(([stack, rule, title, edit]) => ({ stack, rule, title, edit }) as Mistake);

const BACKEND_POLICY = "NetworkPolicy soc-agent/soc-agent-backend";
const FRONTEND_POLICY = "NetworkPolicy soc-agent/soc-agent-frontend";
const REDIS_POLICY = "NetworkPolicy soc-agent/soc-agent-redis";
const into = (...path: readonly (string | number)[]) => ["spec", "ingress", ...path];
const out = (...path: readonly (string | number)[]) => ["spec", "egress", ...path];
const app = (name: string) => ({
  podSelector: {
    matchLabels: { "app.kubernetes.io/name": "soc-agent", app: name, release: "soc-agent" },
  },
});
const TCP = (port: number) => [{ port, protocol: "TCP" }];
const policy = (spec: object) => add(object("NetworkPolicy", { spec }, "networking.k8s.io/v1"));

/** What opens the network further. */
export const WIDENINGS: readonly Seed[] = [
  ["everybody may call the backend", put(BACKEND_POLICY, into(0, "from"), undefined)],
  [
    "every pod of the namespace may call the backend",
    put(BACKEND_POLICY, into(0, "from", "+"), { podSelector: {} }),
  ],
  [
    "every pod of the cluster may call the backend",
    put(BACKEND_POLICY, into(0, "from", "+"), { namespaceSelector: {} }),
  ],
  ["another port of the backend is open", put(BACKEND_POLICY, into(0, "ports", "+"), { port: 22 })],
  ["the backend's port becomes a range", put(BACKEND_POLICY, into(0, "ports", 0, "endPort"), 9000)],
  ["all ports of the backend are open", put(BACKEND_POLICY, into(0, "ports"), undefined)],
  [
    "the backend's port is open over UDP too",
    put(BACKEND_POLICY, into(0, "ports", "+"), { port: 8000, protocol: "UDP" }),
  ],
  [
    "a namespace may come in by a label that others have",
    put(BACKEND_POLICY, into(0, "from", 1, "namespaceSelector"), {
      matchLabels: { "example.com/team": "soc" },
    }),
  ],
  [
    "a namespace that may come in gets a neighbour",
    put(BACKEND_POLICY, into(0, "from", 1, "namespaceSelector"), {
      matchExpressions: [
        {
          key: "kubernetes.io/metadata.name",
          operator: "In",
          values: ["ingress-nginx", "default"],
        },
      ],
    }),
  ],
  [
    "every pod of the namespace may ask Redis",
    put(REDIS_POLICY, into(0, "from", 0), { podSelector: {} }),
  ],
  [
    "pods may ask Redis by one label of three",
    put(REDIS_POLICY, into(0, "from", 0, "podSelector", "matchLabels"), { release: "soc-agent" }),
  ],
  [
    "the internet may ask Redis",
    put(REDIS_POLICY, into(0, "from", "+"), { ipBlock: { cidr: "0.0.0.0/0" } }),
  ],
  [
    "Redis may go out, since its policy has lost a direction",
    put(REDIS_POLICY, ["spec", "policyTypes"], ["Ingress"]),
  ],
  ["Redis may call HTTPS anywhere", put(REDIS_POLICY, out(), [{ ports: TCP(443) }])],
  ["Redis' policy is gone", drop(REDIS_POLICY)],
  [
    "Redis' policy selects nothing any more, by a slip",
    put(REDIS_POLICY, ["spec", "podSelector", "matchLabels", "app"], "rediss"),
  ],
  [
    "the frontend may go to the internet, but for private addresses",
    put(FRONTEND_POLICY, out("+"), {
      to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }],
    }),
  ],
  [
    "the frontend may ask Redis: both sides are opened",
    all(
      put(FRONTEND_POLICY, out("+"), { to: [app("redis")], ports: TCP(6379) }),
      put(REDIS_POLICY, into(0, "from", "+"), app("soc-frontend")),
    ),
  ],
  [
    "a further policy lets a namespace in to all pods",
    policy({
      podSelector: {},
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } } },
          ],
        },
      ],
    }),
  ],
  ["Grafana may call home", put("NetworkPolicy monitoring/grafana", out("+"), { ports: TCP(443) })],
].map(([title, edit]) => ({ stack: "dev", title, edit }) as Seed);

/** What changes no more than it says. */
export const REFACTORINGS: readonly Seed[] = [
  [
    "all objects come in another order",
    (target: Target) => ({ ...target, objects: [...target.objects].reverse() }),
  ],
  ["rules come in another order", change(FRONTEND_POLICY, out(), turned)],
  ["peers come in another order", change(BACKEND_POLICY, into(0, "from"), turned)],
  ["ports come in another order", change(FRONTEND_POLICY, out(0, "ports"), turned)],
  ["directions come in another order", change(REDIS_POLICY, ["spec", "policyTypes"], turned)],
  [
    "the default protocol is not said",
    put(REDIS_POLICY, into(0, "ports", 0, "protocol"), undefined),
  ],
  [
    "a label is asked for in the long form",
    put(REDIS_POLICY, into(0, "from", 0, "podSelector"), {
      matchLabels: { "app.kubernetes.io/name": "soc-agent", release: "soc-agent" },
      matchExpressions: [{ key: "app", operator: "In", values: ["soc-backend"] }],
    }),
  ],
  [
    "a port is named as the container has it",
    put(BACKEND_POLICY, into(0, "ports", 0, "port"), "http"),
  ],
  [
    "two ports side by side become a range",
    put("NetworkPolicy monitoring-agents/otel-collector", into(0, "ports"), [
      { port: 4317, endPort: 4318, protocol: "TCP" },
    ]),
  ],
  [
    "a rule stands twice",
    change(FRONTEND_POLICY, out(), (rules) => [...turned(rules), ...turned(rules)]),
  ],
  [
    "a rule is split by its ports",
    put("NetworkPolicy monitoring-agents/otel-collector", into(0), {
      from: [
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "soc-agent" } } },
      ],
      ports: TCP(4317),
    }),
    put("NetworkPolicy monitoring-agents/otel-collector", into("+"), {
      from: [
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "soc-agent" } } },
      ],
      ports: TCP(4318),
    }),
  ],
  ["a policy is renamed", put(BACKEND_POLICY, ["metadata", "name"], "backend")],
  [
    "a policy's directions become two policies",
    put(REDIS_POLICY, ["spec", "policyTypes"], ["Ingress"]),
    policy({ ...app("redis"), policyTypes: ["Egress"] }),
  ],
  ["a flow is closed", put(BACKEND_POLICY, into(0, "from"), [app("soc-frontend")])],
  [
    "pods get another label",
    put(BACKEND, ["spec", "template", "metadata", "labels", "example.com/team"], "soc"),
  ],
  ["the backend gets more pods", put(BACKEND, ["spec", "replicas"], 3)],
  [
    "the backend gets more memory",
    put(BACKEND, [...CONTAINER, "resources", "limits", "memory"], "1Gi"),
  ],
  [
    "another version is rolled out",
    put(BACKEND, [...CONTAINER, "image"], "soc-backend:sha-0123456789ab"),
  ],
  [
    "the backend logs more",
    put("ConfigMap soc-agent/soc-agent-backend-config", ["data", "LOG_LEVEL"], "DEBUG"),
  ],
  ["a probe is more patient", put(FRONTEND, [...CONTAINER, "livenessProbe", "timeoutSeconds"], 9)],
].map(([title, ...edits]) => ({ stack: "dev", title, edit: all(...(edits as Edit[])) }) as Seed);
