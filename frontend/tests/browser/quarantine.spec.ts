import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { QuarantineEntry } from "../../src/types";
import { hasBrowser } from "../support/browser";
import { Harness, isFocused, overflow, severities, violations } from "../support/harness";
import { makeThreat, utc } from "../support/threats";

const entry = (number: number, overrides: Partial<QuarantineEntry> = {}): QuarantineEntry => ({
  id: `entry-${number}`,
  received_at: utc(),
  source: "wazuh",
  line: null,
  message: `Reason ${number}`,
  field: null,
  raw: `{"number": ${number}`,
  ...overrides,
});
const button = (page: Page) => page.getByRole("button", { name: /^Not read/ });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Not read" });
const items = (page: Page) => dialog(page).getByRole("listitem");

if (hasBrowser()) {
  describe("what could not be read, in a real browser", () => {
    const harness = new Harness({ reducedMotion: "reduce" });

    beforeEach(() => {
      harness.backend.threats = severities();
    });

    it("is shown with its source, its reason, its field and its text", async () => {
      harness.backend.quarantine = [
        entry(2, { line: 7, field: "rule.id", raw: "<script>alert(1)</script>" }),
        entry(1),
      ];
      harness.backend.fallenOut = { rate: 1200, size: 1, age: 0 };
      const page = await harness.openLive();
      await button(page).click();
      assert.equal(await button(page).getAttribute("aria-label"), "Not read: 2");
      await items(page).nth(1).waitFor();
      const first = items(page).first();
      assert.match(await first.innerText(), /^wazuh, line 7, .*\n+rule\.id Reason 2\n/);
      await first.getByText("What came").click();
      assert.equal(await first.locator("pre").innerText(), "<script>alert(1)</script>");
      await dialog(page)
        .getByText("Not kept: 1,200 as too many came at once, 1 as they were too large.")
        .waitFor();
      assert.deepEqual(await violations(page), []);
    });

    it("has no button while there is nothing, and one with the figures once there is", async () => {
      const page = await harness.openLive();
      await page.locator(".metric-value").first().getByText("5").waitFor();
      assert.equal(await button(page).count(), 0);
      harness.backend.fallenOut = { age: 3 };
      harness.backend.publish(makeThreat({ id: "sixth" }));
      await page.locator(".metric-value").first().getByText("6").waitFor();
      assert.equal(await button(page).count(), 0);
      harness.backend.quarantine = [entry(1)];
      harness.backend.publish(makeThreat({ id: "another" }));
      await button(page).waitFor();
    });

    it("changes under the eyes of who looks at it", async () => {
      harness.backend.quarantine = [entry(1)];
      const page = await harness.openLive();
      await button(page).click();
      await items(page).first().waitFor();
      harness.backend.quarantine = [entry(2), entry(1)];
      harness.backend.publish(makeThreat({ id: "another" }));
      await items(page).nth(1).waitFor();
      assert.match(await items(page).first().innerText(), /Reason 2/);
    });

    it("opens, reads, removes and closes by keyboard alone", async () => {
      harness.backend.quarantine = [entry(2), entry(1)];
      const page = await harness.openLive();
      await button(page).focus();
      await page.keyboard.press("Enter");
      await items(page).nth(1).waitFor();
      const list = dialog(page).getByRole("region", { name: "What could not be read" });
      for (let stops = 0; !(await isFocused(list)); stops += 1) {
        assert.ok(stops < 3, "the list is no stop");
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await items(page).first().locator("details").getAttribute("open"), "");
      await items(page).first().getByRole("button", { name: "Remove: Reason 2" }).press("Enter");
      await items(page).nth(1).waitFor({ state: "detached" });
      assert.match(await items(page).first().innerText(), /Reason 1/);
      assert.ok(await isFocused(list));
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "hidden" });
      assert.ok(await isFocused(button(page)));
    });

    it("shows older ones, beyond what one request gives", async () => {
      harness.backend.quarantine = Array.from({ length: 130 }, (_, at) => entry(130 - at));
      const page = await harness.openLive();
      await button(page).click();
      const older = dialog(page).getByRole("button", { name: "Show older" });
      for (let shown = 20; shown < 130; shown = Math.min(shown + 20, 130)) {
        await items(page)
          .nth(shown - 1)
          .waitFor();
        assert.equal(await items(page).count(), shown);
        await older.click();
      }
      await items(page).nth(129).waitFor();
      await older.waitFor({ state: "detached" });
    });

    it("says why it cannot be had", async () => {
      harness.backend.quarantine = [entry(1)];
      const page = await harness.openLive();
      await button(page).waitFor();
      harness.backend.refuseReads = true;
      await button(page).click();
      await dialog(page)
        .getByRole("alert")
        .getByText("It could not be asked for: Redis is down (HTTP 503)")
        .waitFor();
    });

    it("is there on a phone, too", async () => {
      harness.backend.quarantine = [entry(1, { raw: "x".repeat(4000), message: "m".repeat(200) })];
      const page = await harness.openLive();
      await page.setViewportSize({ width: 360, height: 740 });
      await button(page).click();
      await items(page).first().getByText("What came").click();
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await violations(page), []);
    });
  });
}
