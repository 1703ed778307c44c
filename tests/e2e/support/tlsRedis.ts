import { createHash } from "node:crypto";
import type { Values } from "../../../config/values";
import { selfSigned } from "../../support/certificate";
import type { Project } from "../../support/project";
import { servedPod } from "./servedPod";

/** Stands for a managed Redis: TLS with a certificate that no public authority signed, a user, a password. */
export interface TlsRedis {
  readonly host: string;
  readonly port: number;
  /** To be made in the cluster. */
  readonly objects: readonly Values[];
  /** Certificate of its authority, PEM. */
  readonly ca: string;
}

/**
 * A Redis that speaks TLS alone.
 *
 * @param user the one user that it knows, besides a default one who may do nothing
 */
export async function tlsRedis(
  project: Project,
  namespace: string,
  user: string,
  password: string,
): Promise<TlsRedis> {
  const name = "tls-redis";
  const host = `${name}.${namespace}`;
  const [key, certificate] = [project.path("redis.key"), project.path("redis.crt")];
  await selfSigned(host, { certificate, key });
  const ca = project.read("redis.crt");
  const hash = createHash("sha256").update(password).digest("hex");
  const metadata = { namespace, name };
  const objects: Values[] = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      stringData: { "tls.crt": ca, "tls.key": project.read("redis.key") },
    },
    ...servedPod(metadata, {
      image: "redis:7-alpine",
      command: ["redis-server"],
      args: [
        ...["--port", "0", "--tls-port", "6380", "--tls-auth-clients", "no", "--save", ""],
        ...["--tls-cert-file", "/tls/tls.crt", "--tls-key-file", "/tls/tls.key"],
        ...["--user", "default", "off"],
        ...["--user", user, "on", `#${hash}`, "~*", "&*", "+@all"],
      ],
      port: 6380,
      mountPath: "/tls",
      volume: { secret: { secretName: name } },
    }),
  ];
  return { host, port: 6380, objects, ca };
}
