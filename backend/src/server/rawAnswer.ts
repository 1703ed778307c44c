import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpError } from "../contract/problems.js";

/**
 * Answers on a connection on which there is no request that could be answered, in the form of all errors, and closes
 * it.
 */
export function endWith(socket: Duplex, problem: HttpError): void {
  // Both directions, as soon as that is sent: a client that goes on sending would keep an end that is open.
  socket.end(rawAnswer(problem), () => socket.destroy());
}

function rawAnswer({ statusCode, headers, body }: HttpError): string {
  const json = JSON.stringify(body);
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n` +
    `Content-Type: application/json; charset=utf-8\r\n${more.join("")}` +
    `Content-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`
  );
}
