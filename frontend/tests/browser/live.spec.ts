import assert from "node:assert/strict";
import { hasBrowser } from "../support/browser";
import {
  connection,
  figure,
  Harness,
  inView,
  isFocused,
  link,
  pane,
  row,
  rowIds,
  severities,
} from "../support/harness";
import { makeThreat, utc } from "../support/threats";
import { until } from "../support/until";

/** Threats named after their age in seconds, newest first. */
const aged = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    makeThreat({ id: `age-${from + i}`, created_at: utc(from + i) }),
  );

if (hasBrowser()) {
  describe("the live list, in a real browser", () => {
    const harness = new Harness();

    it("says that all is quiet only when alerts have come before", async () => {
      const page = await harness.openLive();
      await page.getByText("No alerts here yet").waitFor();
      const command = await page.locator(".command code").innerText();
      assert.ok(command.startsWith(`curl -X POST ${harness.backend.url}api/threats/ingest -H `));
      assert.equal(await page.getByText("All quiet").count(), 0);
      await figure(page, "Threats").getByText("0").waitFor();
      harness.backend.trimmed = 5;
      await page.reload();
      await page.getByText("All quiet").waitFor();
      assert.equal(await page.getByText("No alerts here yet").count(), 0);
    });

    it("shows that it is loading, without a figure or a verdict", async () => {
      harness.backend.silent = true;
      const page = await harness.open();
      await connection(page, "connecting").waitFor();
      assert.equal(await page.locator("[aria-busy=true]").count(), 1);
      assert.equal(await page.getByText(/All quiet|No alerts here/).count(), 0);
    });

    it("shows what the server has, newest first", async () => {
      harness.backend.threats = severities();
      const page = await harness.openLive();
      assert.deepEqual(await page.locator(".threat .severity").allInnerTexts(), [
        "CRITICAL",
        "HIGH",
        "MEDIUM",
        "LOW",
        "INFO",
      ]);
      await page.getByText("5 threats").waitFor();
    });

    it("shows more than the first message holds", async () => {
      harness.backend.threats = aged(1, 60);
      const page = await harness.openLive();
      await row(page, "age-60").waitFor({ state: "attached" });
      assert.deepEqual(
        await rowIds(page),
        harness.backend.threats.map(({ id }) => id),
      );
    });

    it("loses and doubles nothing that arrives while the rest of the list is read", async () => {
      harness.backend.threats = aged(1, 60);
      let openGate = () => {};
      harness.backend.listGate = new Promise((resolve) => (openGate = resolve));
      const page = await harness.openLive();
      // Stamped by a server whose clock is behind: older than most of the list.
      harness.backend.publish(makeThreat({ id: "late", created_at: utc(30.5) }));
      await row(page, "late").waitFor({ state: "attached" });
      openGate();
      await row(page, "age-60").waitFor({ state: "attached" });
      const ids = await rowIds(page);
      assert.equal(ids.length, 61);
      assert.equal(ids.indexOf("late"), 30);
    });

    it("closes the gap after a long absence, without loss or doubles", async () => {
      harness.backend.threats = aged(101, 105);
      const page = await harness.openLive();
      await row(page, "age-105").waitFor();
      await harness.backend.stop();
      harness.backend.threats = aged(1, 105);
      await harness.backend.start();
      await row(page, "age-50").waitFor({ state: "attached" });
      await until(async () => (await rowIds(page)).length === 105);
      assert.deepEqual(
        await rowIds(page),
        aged(1, 105).map(({ id }) => id),
      );
    });

    it("tells of a lost connection, comes back by itself, and shows what it missed", async () => {
      harness.backend.threats = [makeThreat({ id: "before" })];
      const page = await harness.openLive();
      await harness.backend.stop();
      await page.getByText("No live connection.").waitFor();
      assert.match(await page.locator(".connection").innerText(), /Reconnecting$/);
      await row(page, "before").waitFor();
      const missed = makeThreat({ id: "missed", created_at: utc(-5) });
      harness.backend.threats = [missed, ...harness.backend.threats];
      await harness.backend.start();
      await connection(page, "live").waitFor();
      await row(page, "missed").waitFor();
      await row(page, "before").waitFor();
      assert.equal(await page.getByText("No live connection.").count(), 0);
    });

    it("reconnects at once when asked", async () => {
      const page = await harness.open("", (fresh) => fresh.clock.install());
      await connection(page, "live").waitFor();
      // From here no timer of the page fires by itself, so only the button can bring it back.
      await page.clock.pauseAt(Date.now() + 1000);
      await harness.backend.stop();
      await connection(page, "waiting").waitFor();
      await page.clock.runFor(500);
      await page.getByText("No live connection.").waitFor();
      await connection(page, "waiting").waitFor();
      await harness.backend.start();
      await page.getByRole("button", { name: "Reconnect now" }).click();
      await connection(page, "live").waitFor();
    });

    it("reconnects without help when only the socket is cut", async () => {
      const page = await harness.openLive();
      harness.backend.cutSockets();
      await until(() => harness.backend.connections === 2);
      await connection(page, "live").waitFor();
      harness.backend.publish(makeThreat({ id: "after" }));
      await row(page, "after").waitFor();
    });

    it("reads the list over HTTP where WebSockets do not pass", async () => {
      harness.backend.threats = [makeThreat({ id: "read" })];
      harness.backend.refuseSockets = true;
      const page = await harness.open();
      await row(page, "read").waitFor();
      await page.getByText("No live connection.").waitFor();
    });

    it("says so when nothing can be loaded, and recovers", async () => {
      harness.backend.refuseSockets = true;
      harness.backend.refuseReads = true;
      const page = await harness.open();
      await page.getByText("The threats could not be loaded").waitFor();
      await page.getByText("Redis is down (HTTP 503)").waitFor();
      assert.equal(await figure(page, "Threats").innerText(), "–");
      harness.backend.refuseSockets = false;
      await page.getByText("No alerts here yet").waitFor();
    });

    it("lets the reader hold it still, and let new threats in later", async () => {
      harness.backend.threats = [makeThreat({ id: "held" })];
      const page = await harness.openLive();
      await page.getByRole("button", { name: "Pause" }).click();
      harness.backend.publish(makeThreat({ id: "waiting", created_at: utc(-5) }));
      await page.getByRole("button", { name: "Show 1 new threat" }).waitFor();
      assert.deepEqual(await rowIds(page), ["held"]);
      await page.getByRole("button", { name: "Show 1 new threat" }).click();
      await row(page, "waiting").waitFor();
      assert.deepEqual(await rowIds(page), ["waiting", "held"]);
    });

    it("stands still under the pointer: what was aimed at is what opens", async () => {
      harness.backend.threats = aged(1, 30);
      const page = await harness.openLive();
      await row(page, "age-30").waitFor({ state: "attached" });
      const aimed = await link(page, "age-3").boundingBox();
      assert.ok(aimed);
      await page.mouse.move(aimed.x + 20, aimed.y + 5);
      for (const id of ["new-1", "new-2", "new-3"]) {
        harness.backend.publish(makeThreat({ id, created_at: utc(0) }));
      }
      const waiting = page.getByRole("button", { name: "Show 3 new threats" });
      await waiting.waitFor();
      await page.mouse.down();
      await page.mouse.up();
      await pane(page).getByText("Summary").waitFor();
      assert.match(page.url(), /threat=age-3$/);
      await waiting.click();
      await row(page, "new-3").waitFor();
      assert.equal((await rowIds(page)).indexOf("age-3"), 5);
    });

    it("moves on by itself once the pointer has left", async () => {
      harness.backend.threats = aged(1, 2);
      const page = await harness.openLive();
      await row(page, "age-1").hover();
      harness.backend.publish(makeThreat({ id: "new" }));
      await page.getByRole("button", { name: "Show 1 new threat" }).waitFor();
      await page.locator(".header").hover();
      await row(page, "new").waitFor();
    });

    it("stands still under the keyboard's focus", async () => {
      harness.backend.threats = aged(1, 3);
      const page = await harness.openLive();
      await row(page, "age-3").waitFor();
      await page.locator("#threats").focus();
      await page.keyboard.press("Tab");
      while (!(await isFocused(link(page, "age-1")))) {
        await page.keyboard.press("Tab");
      }
      harness.backend.publish(makeThreat({ id: "new" }));
      const waiting = page.getByRole("button", { name: "Show 1 new threat" });
      await waiting.waitFor();
      await page.keyboard.press("ArrowDown");
      assert.ok(await isFocused(link(page, "age-2")));
      await waiting.focus();
      await page.keyboard.press("Enter");
      await row(page, "new").waitFor();
      assert.ok(await isFocused(page.locator("#threats")));
    });

    it("scrolls to the row of the threat that a link opens", async () => {
      harness.backend.threats = aged(1, 60);
      const page = await harness.openLive("?threat=age-55");
      await row(page, "age-60").waitFor({ state: "attached" });
      await until(() => inView(row(page, "age-55")));
    });

    it("tells screen readers of a burst in one sentence", async () => {
      const page = await harness.openLive();
      const told = page.locator("[role=status]").last();
      harness.backend.publish(makeThreat({ id: "first" }));
      await told.getByText("New high threat: Bot traffic at RetailMax").waitFor();
      await told.evaluate((element) => {
        const said: (string | null)[] = [];
        Object.assign(globalThis, { said });
        const options = { childList: true, characterData: true, subtree: true };
        new MutationObserver(() => said.push(element.textContent)).observe(element, options);
      });
      for (let n = 1; n <= 12; n += 1) {
        harness.backend.publish(
          makeThreat({ id: `burst-${n}`, severity: n <= 2 ? "CRITICAL" : "LOW" }),
        );
      }
      await row(page, "burst-12").waitFor();
      await told.getByText("12 new threats, 2 critical").waitFor();
      const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
      assert.deepEqual(said, ["12 new threats, 2 critical"]);
    });

    it("shows text from the network as text", async () => {
      harness.backend.threats = [makeThreat({ executive_summary: "<img src=x onerror=alert(1)>" })];
      const page = await harness.openLive();
      await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
      assert.equal(await page.locator("img").count(), 0);
    });
  });
}
