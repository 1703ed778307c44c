import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import {
  Harness,
  isFocused,
  overflow,
  pane,
  rowIds,
  severities,
  violations,
} from "../support/harness";
import { until } from "../support/until";

if (hasBrowser()) {
  describe("saved views, in a real browser", () => {
    const harness = new Harness({
      permissions: ["clipboard-read", "clipboard-write"],
      reducedMotion: "reduce",
    });
    const dialog = (page: Page) => page.getByRole("dialog", { name: "Saved views" });
    const show = (page: Page) => page.getByRole("button", { name: "Views" }).click();
    const names = (page: Page) => dialog(page).locator(".views .text-button").allInnerTexts();

    async function save(page: Page, name: string): Promise<void> {
      await dialog(page).getByLabel("Name").fill(name);
      await dialog(page).getByRole("button", { name: "Save" }).click();
      await dialog(page).locator(".views").getByText(name, { exact: true }).waitFor();
    }

    beforeEach(() => {
      harness.backend.threats = severities();
    });

    it("are kept under their names, applied beside the opened threat, and removed", async () => {
      const page = await harness.openLive("?severity=low,info&range=7d&threat=severity-0");
      await show(page);
      await save(page, "Quiet ones");
      await dialog(page).getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "Clear filters" }).click();
      await until(async () => (await rowIds(page)).length === 5);
      await show(page);
      await save(page, "All");
      await page.reload();
      await show(page);
      assert.deepEqual(await names(page), ["All", "Quiet ones"]);
      assert.deepEqual(await violations(page), []);
      await dialog(page).getByRole("button", { name: "Quiet ones", exact: true }).click();
      await dialog(page).waitFor({ state: "hidden" });
      assert.deepEqual(await rowIds(page), ["severity-3", "severity-4"]);
      assert.match(page.url(), /\?severity=low,info&range=7d&threat=severity-0$/);
      await show(page);
      await dialog(page).getByRole("button", { name: "Remove All" }).click();
      assert.deepEqual(await names(page), ["Quiet ones"]);
      assert.ok(await isFocused(dialog(page).getByLabel("Name")));
      // Where nothing in the dialog has the focus, Escape closes it all the same, and nothing else.
      await page.evaluate(
        () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
      );
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "hidden" });
      assert.equal(await pane(page).count(), 1, "the opened threat was closed, too");
      await page.reload();
      await show(page);
      assert.deepEqual(await names(page), ["Quiet ones"]);
    });

    it("are replaced by one of the same name, and have none", async () => {
      const page = await harness.openLive("?severity=low");
      await show(page);
      await save(page, "Mine");
      await dialog(page).getByRole("button", { name: "Save" }).click({ force: true });
      await page.keyboard.press("Escape");
      await page.getByRole("searchbox").fill("RetailMax");
      await show(page);
      await save(page, "Mine");
      assert.deepEqual(await names(page), ["Mine"]);
      const kept = await page.evaluate(() => localStorage.getItem("views"));
      assert.deepEqual(JSON.parse(kept ?? ""), [
        { name: "Mine", query: "?severity=low&q=RetailMax" },
      ]);
    });

    it("are shared by their address", async () => {
      const page = await harness.openLive("?severity=low");
      await show(page);
      await dialog(page).getByRole("button", { name: "Share" }).click();
      await dialog(page).getByText("Copied").waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
    });

    it("are none where what was kept cannot be read, and last as long as the page where nothing is kept", async () => {
      const page = await harness.open("", async (fresh) => {
        await fresh.addInitScript(() => {
          localStorage.setItem("views", '[{"name":1},{"name":"Good","query":""},null]');
          Storage.prototype.setItem = () => {
            throw new Error("QuotaExceededError");
          };
        });
      });
      await show(page);
      assert.deepEqual(await names(page), ["Good"]);
      await save(page, "Mine");
      await dialog(page).getByRole("alert").getByText("keeps nothing for pages").waitFor();
      await page.keyboard.press("Escape");
      await show(page);
      assert.deepEqual(await names(page), ["Good", "Mine"]);
    });

    it("have room on a phone", async () => {
      const page = await harness.openLive();
      await page.setViewportSize({ width: 320, height: 740 });
      await show(page);
      await save(page, "M".repeat(40));
      const box = await dialog(page).boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 320);
      assert.equal(await dialog(page).evaluate((e) => e.scrollWidth - e.clientWidth), 0);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await violations(page), []);
    });
  });
}
