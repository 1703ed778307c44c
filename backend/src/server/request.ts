import { IncomingMessage } from "node:http";

/**
 * A request that is an upgrade only if it opens a WebSocket. Any other protocol, such as the h2c that some
 * clients ask for with every request, is not spoken here, and HTTP then has the wish ignored and the request
 * served with its body.
 */
export class Request extends IncomingMessage {
  /** Whether the headers ask for another protocol. */
  declare private asked: boolean | null;

  /** Node.js sets it when it has read the headers, and looks at it to see who gets the connection. */
  set upgrade(asked: boolean | null) {
    this.asked = asked;
  }

  get upgrade(): boolean {
    return this.asked === true && isWebSocket(this);
  }
}

/** By the opening handshake of RFC 6455, section 4.1. */
function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}
