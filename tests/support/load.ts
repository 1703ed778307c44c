/** Load as many users make it: threats at an even rate, while dashboards are open that get each of them. */
import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";

/** A trigger, and what came of it. */
export interface Sent {
  readonly ok: boolean;
  /** Status of the answer. */
  readonly status: number;
  /** Milliseconds until the whole answer was there. */
  readonly ms: number;
  /** Id of the threat that the answer is, where it is one. */
  readonly id: string | undefined;
}

/**
 * Triggers threats at an even rate, however long the answers take.
 *
 * @param base URL of the application
 * @param rate triggers a second
 */
export async function load(base: string, rate: number, seconds: number): Promise<readonly Sent[]> {
  const started = Date.now();
  const sent: Promise<Sent>[] = [];
  while (sent.length < rate * seconds) {
    sent.push(trigger(base));
    await setTimeout(Math.max(0, started + (sent.length * 1000) / rate - Date.now()));
  }
  return Promise.all(sent);
}

async function trigger(base: string): Promise<Sent> {
  const started = performance.now();
  const response = await fetch(`${base}/api/threats/trigger`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const text = await response.text();
  const ms = performance.now() - started;
  const { id } = response.ok ? (JSON.parse(text) as { id: string }) : {};
  return { ok: response.ok, status: response.status, ms, id };
}

/** Opens as many dashboards' connections; whoever opens them terminates them. */
export function clients(base: string, count: number): Promise<readonly WebSocket[]> {
  return Promise.all(
    Array.from({ length: count }, () => connected(`${base.replace(/^http/, "ws")}/ws`)),
  );
}

function connected(url: string): Promise<WebSocket> {
  const client = new WebSocket(url);
  return new Promise((resolve, reject) => {
    client.once("open", () => resolve(client));
    client.once("error", reject);
  });
}
