import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { countThreats } from "../../src/state/analytics";
import { isClosed, isInScope, type Scope } from "../../src/state/filters";
import { countListed, oldestOf } from "../../src/state/timeline";
import type {
  Decisions,
  Histogram,
  Observability,
  QuarantineEntry,
  ThreatAnalysis,
  TriggerRequest,
} from "../../src/types";
import { builtFile } from "./dist";
import { FakeLogin } from "./fakeLogin";
import { NginxConfig } from "./nginxConfig";
import { makeThreat, utc } from "./threats";

/** What the backend tells without an observability stack, and with the project's own. */
export const NO_STACK: Observability = {
  available: false,
  links: { trace: null, logs: null },
  alerts: null,
};
export const OWN_STACK: Observability = {
  available: true,
  links: {
    trace: "/jaeger/trace/{trace_id}",
    logs: "/grafana/d/soc-trace-logs/logs?var-trace_id={trace_id}",
  },
  alerts: "/prometheus/api/v1/alerts",
};

/**
 * The built page and a small backend behind one loopback port, as the image's nginx joins them,
 * with the content security policy that nginx sends.
 */
export class FakeBackend {
  /** What the store holds, newest first. */
  threats: ThreatAnalysis[] = [];
  /** Answers every trigger with this instead, when set. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  /** The bodies of all triggers so far. */
  readonly triggers: unknown[] = [];
  /** How many `/ws` connections were ever made. */
  connections = 0;
  /** Whether `/ws` is refused. */
  refuseSockets = false;
  /** Whether everything that is read is refused. */
  refuseReads = false;
  /** Whether connections on `/ws` get no first message. */
  silent = false;
  /** Threats that only a request by id finds. */
  unlisted: ThreatAnalysis[] = [];
  /** How often the figures were asked for. */
  analyticsAsked = 0;
  /** How many pages of threats were asked for. */
  listsAsked = 0;
  /** Whether `/api/analytics` is there. */
  hasAnalytics = true;
  /** How often the counts over time were asked for. */
  histogramsAsked = 0;
  /** Whether `/api/threats/histogram` is there. */
  hasHistogram = true;
  /** What `/api/observability` tells. */
  observability: Observability = NO_STACK;
  /** How often it was asked for that, also in vain. */
  observabilityAsked = 0;
  /** What Prometheus tells of alerts; undefined where the page itself answers in its place. */
  alerts: unknown;
  /** Who is signed in. */
  readonly login = new FakeLogin();
  /** How many threats were counted and then trimmed. */
  trimmed = 0;
  /** How many were dropped unreviewed. */
  droppedUnreviewed = 0;
  /** What could not be read, newest first, and how often more was not kept, by reason. */
  quarantine: QuarantineEntry[] = [];
  fallenOut: Record<string, number> = {};
  /** Holds answers back until this is done, when they are out of date. */
  listGate: Promise<void> = Promise.resolve();

  private server: Server | undefined;
  private sockets: WebSocketServer | undefined;
  private port = 0;
  private policy = "";

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Listens on a free port, and on the same one again after a stop. */
  async start(): Promise<void> {
    // As the image's nginx sends it: the page must work under exactly that one.
    this.policy = NginxConfig.read().policy();
    this.server = createServer((request, response) => void this.answer(request, response));
    this.sockets = new WebSocketServer({ noServer: true });
    this.server.on("upgrade", (request, socket, head) => {
      if (this.refuseSockets || request.url !== "/ws") {
        socket.destroy();
        return;
      }
      if (this.login.refusal(request) !== undefined) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
        return;
      }
      this.sockets?.handleUpgrade(request, socket, head, (client) => {
        this.connections += 1;
        client.on("message", (data: Buffer) => {
          if (data.toString().includes('"ping"')) {
            client.send('{"type":"pong"}');
          }
        });
        if (!this.silent) {
          client.send(message("initial_batch", this.threats.slice(0, 20)));
        }
      });
    });
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Cuts every connection and stops listening. */
  async stop(): Promise<void> {
    this.cutSockets();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve) ?? resolve(undefined));
  }

  /** Cuts the WebSockets only. */
  cutSockets(): void {
    for (const client of this.sockets?.clients ?? []) {
      client.terminate();
    }
  }

  /** Ends the WebSockets as the backend does whose token has expired. */
  expireSockets(): void {
    for (const client of this.sockets?.clients ?? []) {
      client.close(3000, "The token has expired");
    }
  }

  /** Stores a threat and tells every client. */
  publish(threat: ThreatAnalysis): void {
    this.threats = [threat, ...this.threats];
    for (const client of this.sockets?.clients ?? []) {
      client.send(message("new_threat", threat));
    }
  }

  /** Stores what a threat has become and tells every client. */
  update(threat: ThreatAnalysis): void {
    const replaced = (known: ThreatAnalysis) => (known.id === threat.id ? threat : known);
    this.threats = this.threats.map(replaced);
    this.unlisted = this.unlisted.map(replaced);
    for (const client of this.sockets?.clients ?? []) {
      client.send(message("threat_updated", threat));
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    if (pathname === "/api/observability") {
      this.observabilityAsked += 1;
    }
    if (this.login.refusal(request) !== undefined) {
      send(response, 401, "application/json", '{"detail":"No token came: sign in"}');
    } else if (pathname === "/api/session") {
      const [status, body] = this.login.answer();
      send(response, status, "application/json", JSON.stringify(body));
    } else if (pathname === "/api/threats/trigger") {
      await this.answerTrigger(request, response);
    } else if (request.method === "PATCH") {
      await this.answerDecision(
        decodeURIComponent(pathname.split("/")[3] ?? ""),
        request,
        response,
      );
    } else if (request.method === "DELETE") {
      const id = decodeURIComponent(pathname.split("/")[3] ?? "");
      const before = this.quarantine.length;
      this.quarantine = this.quarantine.filter((entry) => entry.id !== id);
      const removed = this.quarantine.length < before;
      send(response, removed ? 204 : 404, "application/json", removed ? "" : '{"detail":"None"}');
    } else if (this.refuseReads && pathname.startsWith("/api/")) {
      send(response, 503, "application/json", '{"detail":"Redis is down"}');
    } else if (pathname === "/api/observability") {
      send(response, 200, "application/json", JSON.stringify(this.observability));
    } else if (pathname === OWN_STACK.alerts && this.alerts !== undefined) {
      send(response, 200, "application/json", JSON.stringify(this.alerts));
    } else if (pathname === "/api/analytics" && this.hasAnalytics) {
      this.analyticsAsked += 1;
      const figures = countThreats(this.threats);
      const total_threats = figures.total_threats + this.trimmed;
      const dropped = { awaiting_review: this.droppedUnreviewed };
      const quarantine = {
        kept: this.quarantine.length,
        fallen_out: Object.values(this.fallenOut).reduce((sum, times) => sum + times, 0),
      };
      const body = JSON.stringify({ ...figures, total_threats, dropped, quarantine });
      send(response, 200, "application/json", body);
    } else if (pathname === "/api/quarantine") {
      const offset = Number(searchParams.get("offset"));
      const body = {
        entries: this.quarantine.slice(offset, offset + Number(searchParams.get("limit"))),
        kept: this.quarantine.length,
        fallen_out: this.fallenOut,
      };
      send(response, 200, "application/json", JSON.stringify(body));
    } else if (pathname === "/api/threats/histogram" && this.hasHistogram) {
      this.histogramsAsked += 1;
      send(response, 200, "application/json", JSON.stringify(this.histogram(searchParams)));
    } else if (pathname === "/api/threats" || pathname.startsWith("/api/threats/")) {
      const [, , , id] = pathname.split("/").map(decodeURIComponent);
      await this.answerThreats(id, searchParams, response);
    } else {
      await this.answerFile(pathname, response);
    }
  }

  private async answerThreats(
    id: string | undefined,
    query: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    const offset = Number(query.get("offset"));
    const shelf = this.threats.filter((threat) => isInScope(threat, scopeOf(query)));
    this.listsAsked += id === undefined ? 1 : 0;
    const page = shelf.slice(offset, offset + Number(query.get("limit")));
    const found = id === undefined ? page : this.find(id);
    await this.listGate;
    if (found === undefined) {
      send(response, 404, "application/json", '{"detail":"Threat not found"}');
    } else {
      send(response, 200, "application/json", JSON.stringify(found));
    }
  }

  private histogram(query: URLSearchParams): Histogram {
    const [from, to, bars] = ["from", "to", "buckets"].map((key) => Number(query.get(key)));
    const type = query.get("type");
    const counted = this.threats.filter(
      (threat) =>
        isInScope(threat, scopeOf(query)) &&
        (type ?? threat.signal.threat_type) === threat.signal.threat_type,
    );
    const end = (to ?? 0) * 1000;
    const grid = {
      from: (from ?? 0) * 1000,
      step: (end - (from ?? 0) * 1000) / (bars ?? 1),
      bars: bars ?? 1,
    };
    // The backend counts nothing beyond the end.
    const before = counted.filter(({ created_at: at }) => Date.parse(at) < end);
    const { counts } = countListed(before, grid);
    const oldest = oldestOf(this.threats);
    return {
      oldest: oldest === undefined ? null : oldest / 1000,
      buckets: counts.map((each) => ({ counts: each })),
    };
  }

  private find(id: string): ThreatAnalysis | undefined {
    return [...this.threats, ...this.unlisted].find((threat) => threat.id === id);
  }

  private async answerDecision(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { version, ...decided } = (await bodyOf(request)) as Decisions;
    const threat = this.find(id);
    if (threat === undefined) {
      send(response, 404, "application/json", '{"detail":"Threat not found"}');
      return;
    }
    if (threat.version !== version) {
      const body = { detail: "The threat has another version by now", threat };
      send(response, 409, "application/json", JSON.stringify(body));
      return;
    }
    const at = utc();
    const decisions = Object.fromEntries(
      Object.keys(decided).map((field) => [field, { by: "unknown", at }]),
    );
    const next = { ...threat, ...decided, version: version + 1, decisions };
    // As the backend has it: once its status is decided, it waits exactly while it is open.
    const waits = decided.status === undefined ? next.requires_human_review : !isClosed(next);
    const after = { ...next, requires_human_review: waits };
    this.update(after);
    send(response, 200, "application/json", JSON.stringify(after));
  }

  private async answerFile(pathname: string, response: ServerResponse): Promise<void> {
    const file = await builtFile(pathname);
    response.setHeader("Content-Security-Policy", this.policy);
    send(response, file ? 200 : 404, file?.type ?? "application/octet-stream", file?.body ?? "");
  }

  private async answerTrigger(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await bodyOf(request)) as TriggerRequest;
    this.triggers.push(body);
    if (this.refusal) {
      send(response, this.refusal.status, "application/json", this.refusal.body);
      return;
    }
    const template = makeThreat();
    const threat = makeThreat({
      id: `triggered-${this.triggers.length}`,
      created_at: new Date().toISOString().replace("Z", "000"),
      signal: { ...template.signal, threat_type: body.threat_type ?? "anomaly_detection" },
    });
    this.publish(threat);
    send(response, 200, "application/json", JSON.stringify(threat));
  }
}

/** What a query of the list, or for counts, is about. */
function scopeOf(query: URLSearchParams): Scope {
  const time = (key: string) =>
    query.has(key) ? new Date(Number(query.get(key)) * 1000).toISOString() : "";
  return { review: query.get("review") === "true", from: time("from"), to: time("to") };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

function message(type: string, data: unknown): string {
  return JSON.stringify({ type, data, timestamp: new Date().toISOString().replace("Z", "000") });
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "content-type": type }).end(body);
}
