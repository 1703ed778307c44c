/** Releases that can never become ready, and some that only look like it. */
import type { Values } from "../../../config/values";

/** A namespace for them. */
export const NAMESPACE = "hopeless";
/** One with a quota that allows no pod. */
export const FULL = "hopeless-full";
/** One that Pod Security guards. */
export const GUARDED = "hopeless-guarded";

/** Port of the registry on every node, from which a node pulls without TLS as it is its own. */
const PORT = 5999;

/** A container of the application's image, which has Node.js and is on every node. */
type Container = (image: string) => Values;

const runs =
  (script: string, more: Values = {}): Container =>
  (image) => ({
    name: "main",
    image,
    imagePullPolicy: "Never",
    command: ["node", "-e", script],
    ...more,
  });
const FOREVER = "setInterval(() => {}, 1000)";
const pulls = (image: string, imagePullPolicy = "IfNotPresent") =>
  runs(FOREVER, { image, imagePullPolicy });
const withEnv = (valueFrom: Values) => runs(FOREVER, { env: [{ name: "A", valueFrom }] });

/** A workload with one pod. */
function workload(kind: string, namespace: string, container: Container, pod: Values = {}) {
  return (image: string, name: string): Values[] => {
    const labels = { app: name };
    const template = {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [container(image)], ...pod },
    };
    const metadata = { name, namespace };
    const spec = { selector: { matchLabels: labels }, template };
    return [
      {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: kind === "StatefulSet" ? { ...spec, serviceName: name } : spec,
      },
    ];
  };
}
const deployment = (container: Container, pod: Values = {}) =>
  workload("Deployment", NAMESPACE, container, pod);

/** Without it a container is ready as soon as it begins. */
const probe = (failureThreshold: number) => ({
  startupProbe: { tcpSocket: { port: 7777 }, periodSeconds: 1, failureThreshold },
});
const volume = (source: Values) => ({ volumes: [{ name: "data", ...source }] });
const mounted = { volumeMounts: [{ name: "data", mountPath: "/data" }] };

/** A release, by its objects. @param image the application's @param name of the release */
export type Objects = (image: string, name: string) => readonly Values[];

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
    (image, name) => [
      ...deployment(withEnv({ configMapKeyRef: { name, key: "absent" } }))(image, name),
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: NAMESPACE },
        data: { a: "b" },
      },
    ],
    /couldn't find key absent in ConfigMap/,
  ],
  mount: [
    deployment(runs(FOREVER, mounted), volume({ configMap: { name: "absent" } })),
    /cannot begin: configmap "absent" not found/,
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
  quota: [workload("Deployment", FULL, runs(FOREVER)), /can be made: .*exceeded quota/],
  "pod-security": [
    workload("Deployment", GUARDED, runs(FOREVER)),
    /no pod of Deployment pod-security can be made: .*violates PodSecurity/,
  ],
  "pod-security-set": [
    workload("StatefulSet", GUARDED, runs(FOREVER)),
    /no pod of StatefulSet pod-security-set can be made: .*violates PodSecurity/,
  ],
  job: [
    (image, name) => [
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name, namespace: NAMESPACE },
        spec: {
          backoffLimit: 0,
          template: {
            spec: { restartPolicy: "Never", containers: [runs("process.exit(1)")(image)] },
          },
        },
      },
    ],
    /Job job has failed/,
  ],
};

const LISTEN = "require('net').createServer().listen(7777)";
const AT_THIRD =
  "const fs = require('fs'); fs.appendFileSync('/data/runs', '.');" +
  `if (fs.readFileSync('/data/runs').length < 3) process.exit(1); ${LISTEN}`;

/** What becomes ready, however long it takes. */
export const SLOW: Readonly<Record<string, Objects>> = {
  "late-port": deployment(runs(`setTimeout(() => ${LISTEN}, 55000)`, probe(90))),
  "two-crashes": deployment(runs(AT_THIRD, { ...mounted, ...probe(90) }), volume({ emptyDir: {} })),
};

/** What is ready as soon as it runs. */
export const READY: Objects = deployment(runs(FOREVER));

/** A registry that has too much to do: a pull from it may yet come right. */
export const BUSY: Objects = deployment(pulls(`localhost:${PORT}/busy/it:1`));

const REGISTRY = `require("http").createServer((request, response) => {
  const status = { missing: 404, denied: 403, busy: 429 }[request.url.split("/")[2]] ?? 200;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [] }));
}).listen(${PORT}, "127.0.0.1")`;

/** The registry, on every node that has the application's image. */
export const registry: Objects = workload("DaemonSet", NAMESPACE, runs(REGISTRY), {
  hostNetwork: true,
});
