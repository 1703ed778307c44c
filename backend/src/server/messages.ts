import { isoMicros, systemClock } from "../base/clock.js";
import type { ServerMessage } from "../contract/messages.js";

type EventType = Extract<ServerMessage, { readonly data: unknown }>["type"];

const COMMA = Buffer.from(",");

/** A message around the JSON of threats. */
export function event(type: EventType, threats: readonly Buffer[]): Buffer {
  const list = type === "initial_batch";
  const data = threats.flatMap((json, index) => (index === 0 ? [json] : [COMMA, json]));
  return Buffer.concat([
    Buffer.from(`{"type":"${type}","data":${list ? "[" : ""}`),
    ...data,
    Buffer.from(`${list ? "]" : ""},"timestamp":"${isoMicros(systemClock())}"}`),
  ]);
}

/** A message that is nothing but its type. */
function signal(type: Exclude<ServerMessage["type"], EventType>): Buffer {
  return Buffer.from(JSON.stringify({ type }));
}

export const PING = signal("ping");
export const PONG = signal("pong");

/** The `type` of a client's message; undefined for anything that is not understood. */
export function messageType(data: Buffer): unknown {
  try {
    const message: unknown = JSON.parse(data.toString());
    return typeof message === "object" && message !== null && "type" in message
      ? message.type
      : undefined;
  } catch {
    return undefined;
  }
}
