import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { HttpError } from "../contract/problems.js";
import { forbidden } from "../login/allowed.js";
import type { Login } from "../login/login.js";
import { errorFields, type Logger } from "../telemetry/log.js";
import { strangerAt, type Access } from "./access.js";
import { endWith } from "./rawAnswer.js";
import { WS_PATH, type Visit, type WebSocketHub } from "./webSockets.js";

/** Who may open a WebSocket. */
export interface Doors {
  readonly access: Access;
  /** Null lets everybody. */
  readonly login: Login | null;
}

/** Has the hub take the connections that ask for an upgrade, and refuses those that may not have it. */
export function answerUpgrades(server: Server, hub: WebSocketHub, doors: Doors, log: Logger): void {
  server.on("upgrade", (request, socket, head) => {
    // A client that resets the connection now must not become an uncaught error.
    socket.on("error", () => socket.destroy());
    void admit(request, doors)
      .then((visit) => hub.upgrade(request, socket, head, visit))
      .catch((error: unknown) => refuse(socket, error, log));
  });
}

/** @throws {@link HttpError} why it is refused */
async function admit({ url, headers }: IncomingMessage, { access, login }: Doors): Promise<Visit> {
  if (url?.split("?", 1)[0] !== WS_PATH) {
    throw new HttpError(404, "Not Found");
  }
  const stranger = strangerAt(headers, access);
  if (stranger !== null) {
    throw new HttpError(403, stranger);
  }
  const identity = login && (await login.identify(headers.authorization));
  const problem = identity && forbidden(`A WebSocket at ${WS_PATH}`, ["reader"], identity);
  if (problem !== null) {
    throw new HttpError(403, problem);
  }
  return (over) => (login && identity ? login.whenOver(identity, over) : () => undefined);
}

function refuse(socket: Duplex, error: unknown, log: Logger): void {
  if (!(error instanceof HttpError)) {
    log.error(errorFields(error), "Upgrade failed");
  }
  endWith(socket, error instanceof HttpError ? error : new HttpError(500, "Internal Server Error"));
}
