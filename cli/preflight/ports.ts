/** Ports that are not free for a cluster. */
import * as net from "node:net";
import { ANSWER, KIND_CLUSTER_LABEL, tryDocker } from "../../machine/docker";
import { lines } from "../../machine/run";
import { holderOf } from "./portHolder";

/** Milliseconds that a port may take to answer. */
const TIMEOUT = 10_000;

/** A port that something else listens on. */
export interface BusyPort {
  /** Configuration key that sets it. */
  readonly key: string;
  readonly port: number;
  /** Who listens, such as `process 4711 (nginx)`. */
  readonly holder: string;
  /** Whether it is that of `[::1]`, which a cluster does not need. */
  readonly twin?: true;
}

/**
 * Finds ports of the loopback interface that are taken by others than a cluster.
 *
 * @param ports ports, by configuration key
 * @param mayHold tells of a Kind cluster's name whether its containers may hold them
 */
export async function findBusyPorts(
  ports: Readonly<Record<string, number>>,
  mayHold: (cluster: string) => Promise<boolean>,
): Promise<BusyPort[]> {
  const found = await Promise.all(
    Object.entries(ports).map(async ([key, port]): Promise<BusyPort[]> => {
      const twin = async (): Promise<BusyPort[]> =>
        (await answers(port, "::1"))
          ? [{ key, port, holder: await holderOf(port, "tcp6"), twin: true }]
          : [];
      const containers = await publishers(port);
      const [container] = containers;
      if (container?.cluster && (await mayHold(container.cluster))) {
        return twin();
      }
      // Docker can publish a port without a socket that listens, so its own word comes first.
      if (container) {
        return [{ key, port, holder: `container ${container.name} (${container.image})` }];
      }
      return (await listensOn(port)) ? [{ key, port, holder: await holderOf(port) }] : twin();
    }),
  );
  return found.flat();
}

interface Publisher {
  readonly name: string;
  readonly image: string;
  /** Kind cluster that the container belongs to; empty for others. */
  readonly cluster: string;
}

async function publishers(port: number): Promise<Publisher[]> {
  const format = `{{.Names}}\t{{.Image}}\t{{.Label "${KIND_CLUSTER_LABEL}"}}`;
  const args = ["ps", "--filter", `publish=${port}`, "--format", format];
  const { ok, stdout } = await tryDocker(args, ANSWER);
  return lines(ok ? stdout : "").map((line) => {
    const [name = "", image = "", cluster = ""] = line.split("\t");
    return { name, image, cluster };
  });
}

/**
 * Whether something listens on a port of the loopback interface. Asks twice, because macOS lets a
 * program bind 127.0.0.1 beside another one that has the same port of all interfaces.
 */
async function listensOn(port: number): Promise<boolean> {
  return (await answers(port)) || (await isTaken(port));
}

function answers(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: TIMEOUT });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    // Anything else, such as EACCES for a port below 1024, is no hindrance to Docker's daemon.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () =>
      server.close(() => resolve(false)),
    );
  });
}
