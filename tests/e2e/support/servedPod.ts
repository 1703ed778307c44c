/** A server that a test brings into a cluster. */
import type { Values } from "../../../config/values";

/** What a pod runs, and what it reads. */
export interface Server {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  /** Where it listens, in the pod and in its Service. */
  readonly port: number;
  /** Folder of the volume. */
  readonly mountPath: string;
  /** Source of the volume, as Kubernetes has it. */
  readonly volume: Values;
}

/** A pod that is ready when it listens, and the Service of its name. */
export function servedPod(
  metadata: { readonly namespace: string; readonly name: string },
  { image, command, args, port, mountPath, volume }: Server,
): Values[] {
  const selector = { app: metadata.name };
  return [
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector, ports: [{ port }] } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, labels: selector },
      spec: {
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        containers: [
          {
            name: "server",
            image,
            imagePullPolicy: "IfNotPresent",
            ...(command && { command }),
            args,
            readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            volumeMounts: [{ name: "files", mountPath }],
          },
        ],
        volumes: [{ name: "files", ...volume }],
      },
    },
  ];
}
