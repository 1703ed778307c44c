// Runs in a container beside the image under test, with Node alone. Answers every request with
// what it got, and every WebSocket with one text message.
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3
const HELLO = Buffer.from('{"type":"ping"}');

createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ url: request.url, headers: request.headers }));
})
  .on("upgrade", (request, socket) => {
    const accept = createHash("sha1")
      .update(request.headers["sec-websocket-key"] + GUID)
      .digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.from([0x81, HELLO.length]), HELLO]));
  })
  .listen(8000);
process.on("SIGTERM", () => process.exit());
