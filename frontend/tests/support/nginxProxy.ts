import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NginxConfig } from "./nginxConfig";

/** Stands in for the image's nginx where that cannot run: hands on what it would, with its policy. */
export class NginxProxy {
  private constructor(private readonly server: Server) {}

  static async start(backend: string): Promise<NginxProxy> {
    const config = NginxConfig.read();
    const server = createServer((incoming, outgoing) => {
      const { pathname } = new URL(incoming.url ?? "/", backend);
      outgoing.appendHeader("content-security-policy", config.policy());
      if (!config.isProxied(pathname)) {
        outgoing.writeHead(404).end();
        return;
      }
      const { method, headers } = incoming;
      const upstream = request(new URL(incoming.url ?? "/", backend), { method, headers });
      upstream.on("error", () => outgoing.destroy());
      upstream.on("response", (answer) => {
        for (const [name, value] of Object.entries(answer.headers)) {
          outgoing.appendHeader(name, value ?? "");
        }
        outgoing.writeHead(answer.statusCode ?? 502);
        answer.pipe(outgoing);
      });
      incoming.pipe(upstream);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new NginxProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
