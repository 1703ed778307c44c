/** Ports that are taken, and ports that are not. */
import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";

/** Something that listens on a port. */
export interface Listening {
  readonly server: net.Server;
  readonly port: number;
}

/** Listens on a port that was free. */
export async function listen(host = "127.0.0.1"): Promise<Listening> {
  const server = net.createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  assert.ok(address && typeof address === "object");
  return { server, port: address.port };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const { server, port } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
