import type { Connection, ConnectionHandlers } from "./liveSocket";

/** Opens a WebSocket. Text and binary data are reported as they come. */
export function openWebSocket(url: string, handlers: ConnectionHandlers): Connection {
  const socket = new WebSocket(url);
  socket.onmessage = (event) => handlers.onData(event.data);
  socket.onclose = () => handlers.onClosed();
  // Every error is followed by a close, which is what counts; Node's client insists on a handler.
  socket.onerror = () => undefined;
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(text);
      }
    },
    close: () => {
      // A browser reports the close of a dead connection only after a long while: do not wait for it.
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
}

/**
 * The address of `/ws` on the server that the page came from: `wss` for a page over HTTPS,
 * since browsers refuse plain `ws` there.
 */
export function liveUrl(page: Pick<Location, "protocol" | "host">): string {
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}/ws`;
}
