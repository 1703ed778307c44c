import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { connection, Harness, isFocused, overflow, rowIds, violations } from "../support/harness";
import { makeThreat } from "../support/threats";
import { until } from "../support/until";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12, 20);
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

if (hasBrowser()) {
  describe("the time axis, in a real browser", () => {
    const harness = new Harness({ reducedMotion: "reduce" });
    const axis = (page: Page) => page.getByRole("group", { name: "Threats over time" });
    const bar = (page: Page, hours: number) =>
      axis(page)
        .getByRole("button")
        .nth(24 - hours);

    async function open(query = ""): Promise<Page> {
      const page = await harness.open(query, (fresh) => fresh.clock.setFixedTime(NOW));
      await connection(page, "live").waitFor();
      return page;
    }

    beforeEach(() => {
      harness.backend.threats = [0, 1, 2, 2, 5].map((hours, n) =>
        makeThreat({
          id: `n-${n}`,
          severity: n === 3 ? "CRITICAL" : "LOW",
          created_at: hoursAgo(hours),
        }),
      );
    });

    it("narrows the list to the time of a bar, also after a reload, until it is chosen again", async () => {
      const page = await open();
      assert.match(
        (await bar(page, 2).getAttribute("aria-label")) ?? "",
        /2 threats, 1 critical, 1 low$/,
      );
      await bar(page, 2).click();
      await until(async () => (await rowIds(page)).join() === "n-2,n-3");
      await page.getByText("2 threats of that time").waitFor();
      const query = new URL(page.url()).searchParams;
      assert.equal(Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? ""), HOUR);
      await page.reload();
      await axis(page).getByRole("button", { pressed: true }).waitFor();
      await until(async () => (await rowIds(page)).join() === "n-2,n-3");
      await axis(page).getByRole("button", { pressed: true }).click();
      await until(async () => (await rowIds(page)).length === 5);
      assert.equal(new URL(page.url()).search, "");
    });

    it("narrows it to what is drawn over", async () => {
      const page = await open();
      await bar(page, 5).hover();
      await page.mouse.down();
      for (const hours of [4, 3, 2]) {
        await bar(page, hours).hover();
      }
      await page.mouse.up();
      await until(async () => (await rowIds(page)).join() === "n-2,n-3,n-4");
      assert.equal(await axis(page).getByRole("button", { pressed: true }).count(), 4);
      await page.getByRole("button", { name: "Clear filters" }).click();
      await until(async () => (await rowIds(page)).length === 5);
    });

    it("is one stop for the keyboard, with arrows, and Shift for several bars", async () => {
      const page = await open();
      await axis(page).getByLabel("Time shown").focus();
      await page.keyboard.press("Tab");
      assert.ok(await isFocused(bar(page, 0)));
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Enter");
      await until(async () => (await rowIds(page)).join() === "n-1");
      await page.keyboard.press("Shift+ArrowLeft");
      await until(async () => (await rowIds(page)).join() === "n-1,n-2,n-3");
      assert.ok(await isFocused(bar(page, 2)));
      await page.keyboard.press("Tab");
      assert.equal(await axis(page).getByRole("button").and(page.locator(":focus")).count(), 0);
    });

    it("shows other ranges, and keeps the choice in the address", async () => {
      const page = await open("?range=7d");
      assert.equal(await axis(page).getByRole("button").count(), 22);
      await axis(page).getByLabel("Time shown").selectOption("1 h");
      assert.match(page.url(), /\?range=1h$/);
      assert.equal(await axis(page).getByRole("button").count(), 21);
      assert.equal((await rowIds(page)).length, 5, "the range alone hides nothing");
    });

    /** 300 of now, and 250 of two hours ago. */
    const many = (): void => {
      harness.backend.threats = Array.from({ length: 550 }, (_, n) =>
        makeThreat({
          id: `n-${n}`,
          severity: n % 2 ? "LOW" : "HIGH",
          requires_human_review: false,
          created_at: new Date(NOW - n - (n < 300 ? 0 : 2 * HOUR)).toISOString(),
        }),
      );
    };
    const says = (page: Page, hours: number, text: RegExp) =>
      until(async () => text.test((await bar(page, hours).getAttribute("aria-label")) ?? ""));

    it("counts all that is stored, and lists what a bar counts, page by page", async () => {
      many();
      const page = await open();
      await says(page, 0, /300 threats, 150 high, 150 low$/);
      await says(page, 2, /250 threats, 125 high, 125 low$/);
      assert.equal(await axis(page).getByText("of the newest").count(), 0);
      await bar(page, 2).click();
      await page.getByText("The newest 200 threats of that time").waitFor();
      await page.getByRole("button", { name: "Show older" }).click();
      await page.getByText("250 threats of that time").waitFor();
      assert.deepEqual(new Set(await rowIds(page)).size, 250);
      await page.reload();
      await page.getByText("The newest 200 threats of that time").waitFor();
      await says(page, 0, /300 threats/);
    });

    it("counts by type, severity and what waits, and keeps up with what comes, is decided and is reset", async () => {
      many();
      const page = await open("?severity=high");
      await says(page, 2, /125 threats, 125 high$/);
      await page.getByLabel("Type").selectOption("geo_anomaly");
      await says(page, 2, /0 threats$/);
      await page.getByLabel("Type").selectOption("");
      await page.getByRole("button", { name: /^Review/ }).click();
      await says(page, 2, /0 threats$/);
      const created_at = new Date(NOW).toISOString();
      const waiting = makeThreat({ id: "w", requires_human_review: true, created_at });
      harness.backend.publish(waiting);
      await says(page, 0, /1 threat, 1 high$/);
      const asked = harness.backend.histogramsAsked;
      for (let n = 0; n < 50; n += 1) {
        harness.backend.publish(makeThreat({ ...waiting, id: `w-${n}` }));
      }
      await says(page, 0, /51 threats, 51 high$/);
      assert.ok(
        harness.backend.histogramsAsked - asked <= 3,
        "a burst asks no more than once a second",
      );
      harness.backend.update({ ...waiting, version: 2, requires_human_review: false });
      await says(page, 0, /50 threats, 50 high$/);
      harness.backend.threats = [];
      harness.backend.cutSockets();
      await says(page, 0, /0 threats$/);
    });

    it("has in the last bar what the server stamps ahead of the viewer's clock", async () => {
      const page = await open();
      await says(page, 0, /1 threat, 1 low$/);
      const created_at = hoursAgo(-0.9);
      harness.backend.publish(makeThreat({ id: "ahead", severity: "LOW", created_at }));
      await says(page, 0, /2 threats, 2 low$/);
    });

    it("takes no old counts for those of now once the backend cannot count", async () => {
      many();
      const page = await open();
      await says(page, 2, /[1-9]\d* threats/);
      await axis(page).getByText("of the newest").waitFor({ state: "detached" });
      harness.backend.hasHistogram = false;
      harness.backend.publish(makeThreat({ id: "new", created_at: hoursAgo(0) }));
      await axis(page).getByText("of the newest 200").waitFor();
    });

    it("counts what is listed, and says of how many, where the backend cannot count", async () => {
      many();
      const page = await open("?q=retailmax");
      await axis(page).getByText("of the newest 200").waitFor();
      await bar(page, 0).click();
      await page.getByText("The newest 200 threats of that time").waitFor();
      await axis(page).getByText("of the newest 200").waitFor();
      assert.equal(harness.backend.histogramsAsked, 0);
      harness.backend.hasHistogram = false;
      const other = await open();
      await axis(other).getByText("of the newest 200").waitFor();
    });

    it("has room beside an opened threat and on a phone, and axe finds nothing", async () => {
      const page = await open("?threat=n-2");
      await bar(page, 2).click();
      assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: "Close" }).click();
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByText("Charts by severity, type and time").click();
      assert.ok((await axis(page).getByRole("button").count()) <= 10);
      for (const button of await axis(page).getByRole("button").all()) {
        const box = await button.boundingBox();
        assert.ok(box && Math.min(box.width, box.height) >= 24);
      }
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await violations(page), []);
    });
  });
}
