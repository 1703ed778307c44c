import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createBackend, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type ViteDevServer } from "vite";
import config from "../vite.config";
import { NginxConfig } from "./support/nginxConfig";

const ADDRESS = "127.0.0.1";

describe("the server for development", () => {
  let backend: Server;
  let server: ViteDevServer;
  let url: string;

  before(async () => {
    backend = createBackend((_, response) => response.end("the backend's")).listen(0, ADDRESS);
    await once(backend, "listening");
    const target = `http://${ADDRESS}:${(backend.address() as AddressInfo).port}`;
    const proxy = Object.entries(config.server?.proxy ?? {}).map(
      ([path, options]) => [path, { ...Object(options), target }] as const,
    );
    server = await createServer({
      configFile: false,
      root: join(import.meta.dirname, ".."),
      logLevel: "error",
      server: { host: ADDRESS, port: 0, proxy: Object.fromEntries(proxy), watch: null, hmr: false },
      optimizeDeps: { noDiscovery: true },
    });
    await server.listen();
    url = `http://${ADDRESS}:${(server.httpServer?.address() as AddressInfo).port}`;
  });

  after(async () => {
    await server.close();
    backend.close();
  });

  const nginx = NginxConfig.read();
  for (const path of [
    ...["/api/threats", "/api/threats/trigger", "/health", "/ready"],
    ...["/", "/some/view", "/apisomething", "/healthy", "/wsx", "/docsy"],
    ...["/metrics", "/docs", "/docs/", "/docs/start.js", "/redoc", "/openapi.json"],
  ]) {
    it(`hands on ${path} exactly where nginx does`, async () => {
      for (const query of ["", "?a=b"]) {
        const response = await fetch(url + path + query, { headers: { accept: "text/html" } });
        assert.deepEqual(
          [(await response.text()) === "the backend's", response.status === 404],
          [nginx.isProxied(path), nginx.isRefused(path)],
        );
      }
    });
  }
});
