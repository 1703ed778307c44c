import assert from "node:assert/strict";
import { hasBrowser } from "../support/browser";
import { Harness, isFocused, row } from "../support/harness";

if (hasBrowser()) {
  describe("triggering, in a real browser", () => {
    const harness = new Harness();

    it("makes a random threat: it appears here once, and in a second window", async () => {
      const page = await harness.openLive();
      const other = await harness.openLive();
      const trigger = page.getByRole("button", { name: "Trigger threat" });
      assert.doesNotMatch((await trigger.getAttribute("class")) ?? "", /primary/);
      await trigger.click();
      await row(page, "triggered-1").waitFor();
      await row(other, "triggered-1").waitFor();
      assert.deepEqual(harness.backend.triggers, [{}]);
      assert.equal(await page.locator(".threat").count(), 1);
      assert.match(await other.locator("[role=status]").last().innerText(), /^New high threat/);
    });

    it("offers every type and scenario, each as the backend takes it", async () => {
      const page = await harness.openLive();
      const opener = page.getByRole("button", { name: "Choose a threat" });
      await opener.click();
      const names = await page
        .getByRole("menuitem")
        .evaluateAll((items) => items.map((item) => item.firstChild?.textContent ?? ""));
      await page.keyboard.press("Escape");
      for (const [index, name] of names.entries()) {
        await opener.click();
        await page.getByRole("menuitem", { name }).first().click();
        await row(page, `triggered-${index + 1}`).waitFor({ state: "attached" });
        await page.getByRole("button", { name: "Trigger threat" }).waitFor();
      }
      assert.deepEqual(harness.backend.triggers, [
        {},
        { threat_type: "bot_traffic" },
        { threat_type: "proxy_network" },
        { threat_type: "device_compromise" },
        { threat_type: "anomaly_detection" },
        { threat_type: "rate_limit_breach" },
        { threat_type: "geo_anomaly" },
        { scenario: "crypto_surge" },
        { scenario: "bot_attack" },
        { scenario: "geo_impossible" },
        { scenario: "critical_threat" },
        {
          adversarial_scenario: "note_poisoning_bypass",
          adversarial_detector_enabled: false,
        },
        { adversarial_scenario: "note_poisoning_catch", adversarial_detector_enabled: true },
        { adversarial_scenario: "note_poisoning_baseline" },
      ]);
    });

    it("works by keyboard alone", async () => {
      const page = await harness.openLive();
      const opener = page.getByRole("button", { name: "Choose a threat" });
      await opener.focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await row(page, "triggered-1").waitFor();
      assert.deepEqual(harness.backend.triggers, [{ threat_type: "bot_traffic" }]);
      assert.equal(await page.getByRole("menu").count(), 0);
      assert.ok(await isFocused(opener));
    });

    it("closes the menu with Escape and gives the focus back", async () => {
      const page = await harness.openLive();
      const opener = page.getByRole("button", { name: "Choose a threat" });
      await opener.click();
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("menu").count(), 0);
      assert.ok(await isFocused(opener));
    });

    it("shows why it was refused, until dismissed", async () => {
      harness.backend.refusal = { status: 400, body: '{"detail":"Invalid threat type: X"}' };
      const page = await harness.openLive();
      await page.getByRole("button", { name: "Trigger threat" }).click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.match(await alert.innerText(), /Invalid threat type: X \(HTTP 400\)/);
      await alert.getByRole("button", { name: "Dismiss" }).click();
      assert.equal(await alert.count(), 0);
    });
  });
}
