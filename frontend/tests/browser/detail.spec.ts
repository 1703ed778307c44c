import assert from "node:assert/strict";
import type { ThreatAnalysis } from "../../src/types";
import { hasBrowser } from "../support/browser";
import { Harness, isFocused, link, pane, row, severities } from "../support/harness";
import { makeManipulated, makeThreat, utc } from "../support/threats";

if (hasBrowser()) {
  describe("a threat's detail, in a real browser", () => {
    const harness = new Harness();

    it("has all of its parts", async () => {
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive("?threat=threat-1");
      await pane(page).getByText("35 times the configured rate").waitFor();
      assert.deepEqual(await pane(page).getByRole("heading", { level: 3 }).allInnerTexts(), [
        "Decision",
        "Summary",
        "Proposed response",
        "Agents",
        "Why",
        "Evidence",
        "False positive?",
        "Manipulation?",
        "MITRE ATT&CK",
        "Known indicators",
        "Timeline",
      ]);
      assert.equal(await pane(page).getByRole("heading", { level: 4 }).count(), 5);
      await pane(page).getByText("Its source calls it HIGH").waitFor();
      await pane(page).getByText("signal.metadata.source_severity").waitFor();
      await pane(page).getByText("Request count").waitFor();
      const technique = pane(page).getByRole("link", { name: "T1110 at MITRE ATT&CK" });
      assert.equal(
        await technique.getAttribute("href"),
        "https://attack.mitre.org/techniques/T1110/",
      );
      assert.equal(await technique.getAttribute("rel"), "noopener noreferrer");
      await pane(page).getByText("1 of 5 similar past threats turned out false (18%).").waitFor();
      await pane(page).getByText("No manipulation found").waitFor();
      await page.getByText("Raw signal", { exact: true }).click();
      assert.match(await page.locator(".raw pre").innerText(), /"source_ip": "203.0.113.66"/);
    });

    it("tells of manipulation, and what speaks for it", async () => {
      harness.backend.threats = [makeManipulated()];
      const page = await harness.openLive("?threat=manipulated");
      await pane(page).getByText("Note poisoning.").waitFor();
      await pane(page).getByText("12 of 14 notes follow one template").waitFor();
      await pane(page).getByText("Contradiction between Context and Priority, 80% sure").waitFor();
      await row(page, "manipulated").getByText("Manipulation").waitFor();
    });

    it("opens and closes by keyboard, and the focus goes along", async () => {
      harness.backend.threats = severities();
      const page = await harness.openLive();
      await link(page, "severity-0").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      const title = pane(page).getByRole("heading", { level: 2 });
      assert.ok(await isFocused(title));
      assert.equal(await link(page, "severity-1").getAttribute("aria-current"), "true");
      await page.keyboard.press("Escape");
      assert.equal(await pane(page).count(), 0);
      assert.ok(await isFocused(link(page, "severity-1")));
    });

    it("goes from one to the next, and Back leads to the list", async () => {
      harness.backend.threats = severities();
      const page = await harness.openLive();
      await link(page, "severity-0").click();
      const next = pane(page).getByRole("button", { name: "Next threat" });
      await next.click();
      assert.equal(await row(page, "severity-1").getAttribute("data-open"), "true");
      assert.ok(await isFocused(next));
      await pane(page).getByRole("button", { name: "Previous threat" }).click();
      await pane(page).getByText("CRITICAL", { exact: true }).waitFor();
      await page.goBack();
      assert.equal(await pane(page).count(), 0);
      await page.goForward();
      await pane(page).waitFor();
    });

    it("stays in place while threats arrive, also when it is no longer listed", async () => {
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive("?threat=threat-1");
      for (let n = 0; n < 210; n += 1) {
        harness.backend.publish(makeThreat({ id: `newer-${n}`, created_at: utc(-1 - n) }));
      }
      await row(page, "newer-209").waitFor();
      assert.equal(await row(page, "threat-1").count(), 0);
      await pane(page).getByText("Summary").waitFor();
      await page.getByText("The newest 200 threats").waitFor({ state: "attached" });
    });

    it("is fetched when the list does not have it, which may take a second try", async () => {
      const page = await harness.openLive("?threat=elsewhere");
      await pane(page).getByText("This threat is no longer stored").waitFor();
      harness.backend.refuseReads = true;
      await page.reload();
      await pane(page).getByText("Redis is down (HTTP 503)").waitFor();
      harness.backend.refuseReads = false;
      harness.backend.unlisted = [makeThreat({ id: "elsewhere" })];
      await pane(page).getByRole("button", { name: "Try again" }).click();
      await pane(page).getByText("Summary").waitFor();
    });

    it("is shown for a threat of which the backend knows little", async () => {
      const { id, severity, created_at, signal } = makeThreat();
      harness.backend.threats = [{ id, severity, created_at, signal } as ThreatAnalysis];
      const page = await harness.openLive();
      await link(page, id).click();
      await pane(page).getByText("The backend gave no summary.").waitFor();
    });

    it("opens in a window of its own like any link", async () => {
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive();
      const [other] = await Promise.all([
        harness.context.waitForEvent("page"),
        link(page, "threat-1").click({ modifiers: ["ControlOrMeta"] }),
      ]);
      await pane(other).getByText("Summary").waitFor();
      assert.equal(await pane(page).count(), 0);
    });
  });
}
