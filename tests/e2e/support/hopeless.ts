/** Releases that can never become ready. */
import type { Values } from "../../../config/values";
import {
  beside,
  deployment,
  FOREVER,
  FULL,
  GUARDED,
  job,
  mounted,
  NAMESPACE,
  PORT,
  probe,
  pulls,
  runs,
  volume,
  workload,
  type Objects,
} from "./workloads";

const withEnv = (valueFrom: Values) => runs(FOREVER, { env: [{ name: "A", valueFrom }] });
/** More pods than there are workers. */
const MANY = { replicas: 4 };

/** The release whose pods an admission policy denies. */
const DENIED = "denied";

/** That policy. */
export const denial: readonly Values[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: NAMESPACE },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
        objectSelector: { matchLabels: { app: DENIED } },
      },
      validations: [{ expression: "false", message: "never" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: NAMESPACE },
    spec: { policyName: NAMESPACE, validationActions: ["Deny"] },
  },
];

/** What can never become ready, by the names of releases, and what is said of it. */
export const HOPELESS: Readonly<Record<string, readonly [Objects, RegExp]>> = {
  crash: [
    deployment(runs("process.exit(3)", probe(90))),
    /has ended 3 times, last with exit code 3/,
  ],
  "crash-in-the-beginning": [
    (image, name) =>
      deployment(runs(FOREVER), {
        initContainers: [{ ...runs("process.exit(4)")(image), name: "first" }],
      })(image, name),
    /container first .* exit code 4/,
  ],
  memory: [
    deployment(
      runs("for (const all = []; ; ) all.push(Buffer.alloc(1e6, 1))", {
        resources: { limits: { memory: "64Mi" } },
        ...probe(90),
      }),
    ),
    /exit code 137: it takes more memory than its limit/,
  ],
  port: [deployment(runs(FOREVER, probe(2))), /restarted twice for its startup probe: .*refused/],
  secret: [
    deployment(withEnv({ secretKeyRef: { name: "absent", key: "a" } })),
    /cannot begin: secret "absent" not found/,
  ],
  key: [
    beside(deployment(withEnv({ configMapKeyRef: { name: "key", key: "absent" } })), () => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { a: "b" },
    })),
    /couldn't find key absent in ConfigMap/,
  ],
  "secret-key": [
    beside(deployment(withEnv({ secretKeyRef: { name: "secret-key", key: "absent" } })), () => ({
      apiVersion: "v1",
      kind: "Secret",
      stringData: { a: "b" },
    })),
    /couldn't find key absent in Secret/,
  ],
  "run-as-root": [
    deployment(runs(FOREVER, { securityContext: { runAsUser: 0, runAsNonRoot: true } })),
    /cannot begin: container's runAsUser breaks non-root policy/,
  ],
  command: [deployment(runs("", { command: ["absent"], ...probe(90) })), /has ended 3 times/],
  "crash-of-a-set": [
    workload("StatefulSet", NAMESPACE, runs("process.exit(3)", probe(90))),
    /has ended 3 times, last with exit code 3/,
  ],
  mount: [
    deployment(runs(FOREVER, mounted), volume({ configMap: { name: "absent" } })),
    /cannot begin: configmap "absent" not found/,
  ],
  "mount-secret": [
    deployment(runs(FOREVER, mounted), volume({ secret: { secretName: "absent" } })),
    /cannot begin: secret "absent" not found/,
  ],
  "memory-request": [
    deployment(runs(FOREVER, { resources: { requests: { memory: "10Ti" } } })),
    /no node takes pod .*Insufficient memory/,
  ],
  apart: [
    (image, name) =>
      deployment(
        runs(FOREVER),
        {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  topologyKey: "kubernetes.io/hostname",
                  labelSelector: { matchLabels: { app: name } },
                },
              ],
            },
          },
        },
        MANY,
      )(image, name),
    /no node takes pod .*anti-affinity/,
  ],
  "host-port": [
    deployment(runs(FOREVER, { ports: [{ containerPort: 7777, hostPort: 7778 }] }), {}, MANY),
    /no node takes pod .*free ports/,
  ],
  cpu: [
    deployment(runs(FOREVER, { resources: { requests: { cpu: "1000" } } })),
    /no node takes pod .*Insufficient cpu/,
  ],
  node: [deployment(runs(FOREVER), { nodeSelector: { nowhere: "yes" } }), /no node takes pod/],
  storage: [
    (image, name) => [
      ...deployment(runs(FOREVER, mounted), volume({ persistentVolumeClaim: { claimName: name } }))(
        image,
        name,
      ),
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name, namespace: NAMESPACE },
        spec: {
          storageClassName: "absent",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "1Mi" } },
        },
      },
    ],
    /volume claim storage cannot be bound: .*"absent" not found/,
  ],
  "image-name": [deployment(pulls("Not:A:Name")), /an image cannot be called so/],
  "image-absent": [deployment(pulls("absent:1", "Never")), /it is not on the node/],
  "image-unknown": [
    deployment(pulls(`localhost:${PORT}/missing/it:1`)),
    /its registry does not have it/,
  ],
  "image-denied": [
    deployment(pulls(`localhost:${PORT}/denied/it:1`)),
    /its registry does not let the nodes have it/,
  ],
  "image-digest": [
    deployment(pulls(`localhost:${PORT}/missing/it@sha256:${"0".repeat(64)}`)),
    /its registry does not have it/,
  ],
  "image-platform": [
    deployment(pulls(`localhost:${PORT}/foreign/it:1`)),
    /it is not made for the node's platform/,
  ],
  "image-of-a-daemon": [
    workload("DaemonSet", NAMESPACE, pulls(`localhost:${PORT}/missing/it:1`)),
    /its registry does not have it/,
  ],
  "image-in-the-beginning": [
    (image, name) =>
      deployment(runs(FOREVER), {
        initContainers: [{ ...pulls(`localhost:${PORT}/missing/it:1`)(image), name: "first" }],
      })(image, name),
    /its registry does not have it/,
  ],
  "service-account": [
    deployment(runs(FOREVER), { serviceAccountName: "absent" }),
    /can be made: .*error looking up service account hopeless\/absent/,
  ],
  priority: [
    deployment(runs(FOREVER), { priorityClassName: "absent" }),
    /can be made: .*no PriorityClass with name absent/,
  ],
  [DENIED]: [deployment(runs(FOREVER)), /can be made: .*denied request: never/],
  quota: [workload("Deployment", FULL, runs(FOREVER)), /can be made: .*exceeded quota/],
  "pod-security": [
    workload("Deployment", GUARDED, runs(FOREVER)),
    /no pod of Deployment pod-security can be made: .*violates PodSecurity/,
  ],
  "pod-security-set": [
    workload("StatefulSet", GUARDED, runs(FOREVER)),
    /no pod of StatefulSet pod-security-set can be made: .*violates PodSecurity/,
  ],
  job: [job("process.exit(1)"), /Job job has failed/],
  "job-in-time": [job(FOREVER, { activeDeadlineSeconds: 3 }), /Job job-in-time has failed/],
};
