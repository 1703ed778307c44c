import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually.js";

/** An answer as it stands on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** One connection, on which the test itself writes HTTP/1.1. */
export class RawHttp {
  #received = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on("error", () => undefined);
  }

  static async to(port: number): Promise<RawHttp> {
    // Its own end stays open, as that of a client which never stops sending does.
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return new RawHttp(socket);
  }

  /** Writes lines of a head, with the empty one that ends it, and what follows as it is. */
  send(lines: readonly string[], body = ""): void {
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  }

  /** Waits for the next answer. Those without a length have no body here. */
  async answer(): Promise<RawAnswer> {
    let answer: RawAnswer | null = null;
    await eventually(() => (answer = this.#take()) !== null, "an answer");
    return answer as unknown as RawAnswer;
  }

  #take(): RawAnswer | null {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) {
      return null;
    }
    const head = this.#received.subarray(0, end).toString();
    const bodyAt = end + 4;
    const bodyEnd = bodyAt + Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (this.#received.length < bodyEnd) {
      return null;
    }
    const body = this.#received.subarray(bodyAt, bodyEnd).toString();
    this.#received = this.#received.subarray(bodyEnd);
    return { status: Number(head.split(" ", 2)[1]), head, body };
  }
}
