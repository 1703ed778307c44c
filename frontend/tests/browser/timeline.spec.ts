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
      await page.getByText("2 of 5 threats").waitFor();
      const query = new URL(page.url()).searchParams;
      assert.equal(Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? ""), HOUR);
      await page.reload();
      await axis(page).getByRole("button", { pressed: true }).waitFor();
      assert.deepEqual(await rowIds(page), ["n-2", "n-3"]);
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

    it("says of how many it is where there are more", async () => {
      harness.backend.threats = Array.from({ length: 300 }, (_, n) =>
        makeThreat({ id: `n-${n}`, created_at: new Date(NOW - n).toISOString() }),
      );
      const page = await open();
      await axis(page).getByText("of the newest 200").waitFor();
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
