import * as assert from "node:assert/strict";
import { holderOf, parseListeners } from "../../../../cli/preflight/portHolder";
import { listen } from "../../support/ports";

describe("parseListeners", () => {
  it("reads port, user and inode of sockets that listen, and of no others", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0000000000000000 20 4 30 10 -1
   2: 00000000000000000000000000000000:20FB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0 0 10 0
`;
    assert.deepEqual(parseListeners(table), [
      { port: 8080, uid: 1000, inode: 12_345 },
      { port: 8443, uid: 0, inode: 777 },
    ]);
  });
});

describe("holderOf", () => {
  it("finds the process that listens on a port", async () => {
    const { server, port } = await listen();
    try {
      assert.match(await holderOf(port), new RegExp(`^process ${process.pid} \\(.*node`));
    } finally {
      server.close();
    }
  });
});
