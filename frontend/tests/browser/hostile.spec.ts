import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { Backend } from "../support/backend";
import { hasBrowser, launchBrowser } from "../support/browser";

/** Names of another site, all of which lead to this machine. */
const EVIL = "evil.example";

/** What a page gets of the backend. */
interface Loot {
  /** The status of the list of threats, or "nothing". */
  readonly list: number | "nothing";
  /** The first message of the WebSocket, or "nothing". */
  readonly message: string;
  /** The status of each change, 0 where it may not be known. */
  readonly statuses: readonly number[];
}

/** Tries, in a page, all that a script can: to read, to listen, to change in every form. */
async function tryAll(page: Page, base: string): Promise<Loot> {
  return page.evaluate(async (url) => {
    const list = await fetch(`${url}/api/threats`).then(
      ({ status }) => status,
      () => "nothing" as const,
    );
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`);
    const message = await new Promise<string>((resolve) => {
      socket.onmessage = ({ data }: MessageEvent<string>) =>
        resolve((JSON.parse(data) as { type: string }).type);
      socket.onerror = () => resolve("nothing");
    });
    const body = JSON.stringify({ threat_type: "bot_traffic" });
    const changes: readonly (readonly [string, RequestInit])[] = [
      ["/api/threats/trigger", { body, headers: { "content-type": "application/json" } }],
      // As a form could: these need no leave of the server.
      ["/api/threats/trigger", { body, mode: "no-cors" }],
      ["/api/threats/trigger", { body: new Blob([body]), mode: "no-cors" }],
      ["/api/demo/reset", { mode: "no-cors" }],
    ];
    const statuses: number[] = [];
    for (const [path, init] of changes) {
      statuses.push(
        await fetch(url + path, { method: "POST", ...init }).then(
          ({ status }) => status,
          () => 0,
        ),
      );
    }
    return { list, message, statuses };
  }, base);
}

if (hasBrowser()) {
  describe("a page of another origin", () => {
    let browser: Browser;
    let backend: Backend;
    let port: string;
    const site = createServer((_request, answer) =>
      answer.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>"),
    );
    const elsewhere = (): number => (site.address() as AddressInfo).port;

    before(async () => {
      site.listen(0, "127.0.0.1");
      await once(site, "listening");
      browser = await launchBrowser(`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`);
    });
    after(async () => {
      await browser.close();
      site.close();
    });

    beforeEach(async () => {
      backend = await Backend.start({ DEMO_MODE: "true" });
      ({ port } = new URL(backend.url));
      await stored("trigger");
    });
    afterEach(() => backend.stop());

    /** How many threats there are, after one more or not. */
    const stored = async (first?: "trigger"): Promise<number> => {
      if (first === "trigger") {
        await fetch(`${backend.url}/api/threats/trigger`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}",
        });
      }
      return ((await (await fetch(`${backend.url}/api/threats`)).json()) as unknown[]).length;
    };

    /** Opens a page, from where it really is: the browser itself keeps pages of elsewhere from this machine. */
    const open = async (url: string): Promise<Page> => {
      const page = await browser.newPage();
      await page.goto(url);
      return page;
    };

    it("reads nothing, changes nothing and hears nothing", async () => {
      const page = await open(`http://${EVIL}:${elsewhere()}`);
      const loot = await tryAll(page, `http://localhost:${port}`);
      assert.deepEqual(loot, { list: "nothing", message: "nothing", statuses: [0, 0, 0, 0] });
      assert.equal(await stored(), 1);
      await page.close();
    });

    it("does not on another port of the same host either", async () => {
      const page = await open(`http://localhost:${elsewhere()}`);
      const loot = await tryAll(page, `http://localhost:${port}`);
      assert.deepEqual(loot, { list: "nothing", message: "nothing", statuses: [0, 0, 0, 0] });
      assert.equal(await stored(), 1);
      await page.close();
    });

    it("does not when its own name comes to lead here", async () => {
      const page = await open(`http://${EVIL}:${port}/health`);
      const loot = await tryAll(page, `http://${EVIL}:${port}`);
      assert.deepEqual(loot, { list: 403, message: "nothing", statuses: [403, 403, 403, 403] });
      assert.equal(await stored(), 1);
      await page.close();
    });

    for (const host of ["localhost", "127.0.0.1"]) {
      it(`is served where it is the own one, at ${host}`, async () => {
        const page = await open(`http://${host}:${port}/health`);
        const loot = await tryAll(page, `http://${host}:${port}`);
        assert.deepEqual(loot, {
          list: 200,
          message: "initial_batch",
          statuses: [200, 415, 415, 200],
        });
        assert.equal(await stored(), 0, "the reset came last");
        await page.close();
      });
    }
  });
}
