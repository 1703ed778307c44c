/** Clients of single pods: over a port that leads to one pod alone, as no Service does. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Project } from "../../support/project";
import { until } from "../../support/until";
import { askAt, KUBECONFIG } from "./stack";

/** What is read of a threat here; it has more, which is compared as a whole. */
export interface Threat {
  readonly id: string;
  readonly signal: { readonly threat_type: string };
}

/** A way to one backend pod. */
export interface Forward {
  /** Base URL on this machine. */
  readonly url: string;
  /** Makes it analyse a threat. */
  readonly trigger: (wish: object) => Promise<Threat>;
  /** Asks it for a threat. */
  readonly get: (id: string) => Promise<Threat>;
  readonly close: () => void;
}

/** Opens a port of this machine to a backend pod's. */
export async function forwardTo(project: Project, pod: string): Promise<Forward> {
  const to = ["--kubeconfig", KUBECONFIG, "port-forward", `pod/${pod}`, ":8000"];
  const started = project.start("kubectl", to);
  const listening = /Forwarding from 127\.0\.0\.1:(\d+)/;
  await started.said(listening);
  const url = `http://127.0.0.1:${listening.exec(started.output())?.[1]}`;
  return {
    url,
    trigger: (wish) => askAt(url, "/api/threats/trigger", wish),
    get: (id) => askAt(url, `/api/threats/${id}`),
    close: () => void process.kill(-started.pid),
  };
}

/** A WebSocket client that keeps what it receives. */
export class Client {
  private readonly threats: Threat[] = [];

  private constructor(private readonly socket: WebSocket) {}

  /** Connects to a base URL, and waits for the snapshot, after which every event is one that came live. */
  static async connect(url: string): Promise<Client> {
    const client = new Client(new WebSocket(`${url.replace("http", "ws")}/ws`));
    let snapshot = false;
    client.socket.on("message", (data: Buffer) => {
      const { type, data: threat } = JSON.parse(data.toString());
      snapshot ||= type === "initial_batch";
      if (type === "new_threat") {
        client.threats.push(threat);
      }
    });
    await once(client.socket, "open");
    await until("the snapshot", 10, async () => snapshot || undefined);
    return client;
  }

  /** Ids of the threats that came, in order. */
  received(): string[] {
    return this.threats.map(({ id }) => id);
  }

  /** A threat as it came. */
  threat(id: string): Threat | undefined {
    return this.threats.find((threat) => threat.id === id);
  }

  close(): void {
    this.socket.close();
  }
}
