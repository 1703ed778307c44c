/** What releases are made of that are ready sooner, later or never. */
import type { Values } from "../../../config/values";

/** A namespace for them. */
export const NAMESPACE = "hopeless";
/** One with a quota that allows no pod. */
export const FULL = "hopeless-full";
/** One that Pod Security guards. */
export const GUARDED = "hopeless-guarded";

/** Port of the registry on every node, from which a node pulls without TLS as it is its own. */
export const PORT = 5999;

/** A release, by its objects. @param image the application's @param name of the release */
export type Objects = (image: string, name: string) => readonly Values[];

/** A container of the application's image, which has Node.js and is on every node. */
type Container = (image: string) => Values;

export const runs =
  (script: string, more: Values = {}): Container =>
  (image) => ({
    name: "main",
    image,
    imagePullPolicy: "Never",
    command: ["node", "-e", script],
    ...more,
  });
export const FOREVER = "setInterval(() => {}, 1000)";
export const pulls = (image: string, imagePullPolicy = "IfNotPresent") =>
  runs(FOREVER, { image, imagePullPolicy });

/** A workload, with one pod unless told otherwise. */
export function workload(
  kind: string,
  namespace: string,
  container: Container,
  pod: Values = {},
  more: Values = {},
) {
  return (image: string, name: string): Values[] => {
    const labels = { app: name };
    const template = {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [container(image)], ...pod },
    };
    const metadata = { name, namespace };
    const spec = { selector: { matchLabels: labels }, template, ...more };
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
export const deployment = (container: Container, pod: Values = {}, more: Values = {}) =>
  workload("Deployment", NAMESPACE, container, pod, more);
/** With what it needs besides, in the same release. */
export const beside =
  (made: Objects, more: (name: string) => Values): Objects =>
  (image, name) => [
    ...made(image, name),
    { ...more(name), metadata: { name, namespace: NAMESPACE } },
  ];

/** Without it a container is ready as soon as it begins. */
export const probe = (failureThreshold: number) => ({
  startupProbe: { tcpSocket: { port: 7777 }, periodSeconds: 1, failureThreshold },
});
export const volume = (source: Values) => ({ volumes: [{ name: "data", ...source }] });
export const mounted = { volumeMounts: [{ name: "data", mountPath: "/data" }] };

/** A Job that tries once. */
export function job(script: string, more: Values = {}): Objects {
  return (image, name) => [
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            terminationGracePeriodSeconds: 0,
            restartPolicy: "Never",
            containers: [runs(script)(image)],
          },
        },
        ...more,
      },
    },
  ];
}

/** An image for a platform that no node here has. */
const FOREIGN = JSON.stringify({
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.index.v1+json",
  manifests: [
    {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: `sha256:${"0".repeat(64)}`,
      size: 2,
      platform: { os: "linux", architecture: "s390x" },
    },
  ],
});

const REGISTRY = `require("http").createServer((request, response) => {
  const [, , what] = request.url.split("/");
  if (what === "foreign") {
    const index = ${JSON.stringify(FOREIGN)};
    const digest = require("crypto").createHash("sha256").update(index).digest("hex");
    response.writeHead(200, {
      "content-type": JSON.parse(index).mediaType,
      "content-length": index.length,
      "docker-content-digest": "sha256:" + digest,
    });
    response.end(request.method === "HEAD" ? "" : index);
    return;
  }
  const status = { missing: 404, denied: 403, busy: 429 }[what] ?? 200;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [] }));
}).listen(${PORT}, "127.0.0.1")`;

/** The registry, on every node that has the application's image. */
export const registry: Objects = workload("DaemonSet", NAMESPACE, runs(REGISTRY), {
  hostNetwork: true,
});
