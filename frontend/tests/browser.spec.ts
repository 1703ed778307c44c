import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { ThreatAnalysis } from "../src/types";
import { hasBrowser, launchBrowser } from "./support/browser";
import { FakeBackend } from "./support/fakeBackend";
import { makeThreat } from "./support/threats";
import { until } from "./support/until";

if (hasBrowser()) {
  describe("the page, in a real browser", () => {
    let browser: Browser;
    let context: BrowserContext;
    let backend: FakeBackend;
    let faults: string[];

    before(async () => {
      browser = await launchBrowser();
    });

    after(() => browser.close());

    beforeEach(async () => {
      faults = [];
      backend = new FakeBackend();
      await backend.start();
      context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      context.setDefaultTimeout(10_000);
    });

    afterEach(async () => {
      await context.close();
      await backend.stop();
      assert.deepEqual(faults, [], "the page threw, or broke its content security policy");
    });

    async function openPage(prepare?: (page: Page) => Promise<void>): Promise<Page> {
      const page = await context.newPage();
      await prepare?.(page);
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) {
          faults.push(message.text());
        }
      });
      await page.goto(backend.url);
      return page;
    }

    async function openLivePage(): Promise<Page> {
      const page = await openPage();
      await page.locator('.connection[data-state="live"]').waitFor();
      return page;
    }

    const row = (page: Page, id: string) => page.locator(`[data-threat-id="${id}"]`);
    const figure = (page: Page, label: string) =>
      page.locator(".metric", { hasText: label }).locator(".metric-value").innerText();

    it("says that all is quiet when there is nothing", async () => {
      const page = await openLivePage();
      await page.getByText("All quiet").waitFor();
      assert.equal(await figure(page, "Threats"), "0");
    });

    it("shows what the server has, newest first, with figures", async () => {
      backend.threats = severities();
      const page = await openLivePage();
      const badges = await page.locator(".threat .severity").allInnerTexts();
      assert.deepEqual(badges, ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"]);
      assert.equal(await figure(page, "Threats"), "5");
      assert.equal(await figure(page, "Needs review"), "1");
      assert.equal(await page.title(), "(1) SOC Agent");
      const legend = await page.locator(".legend li").first().innerText();
      assert.match(legend.replaceAll("\n", " "), /Critical.*1.*20%/);
    });

    it("triggers a random threat: it appears here once, and in a second window", async () => {
      const page = await openLivePage();
      const other = await openLivePage();
      await page.getByRole("button", { name: "Trigger threat" }).click();
      await row(page, "triggered-1").waitFor();
      await row(other, "triggered-1").waitFor();
      assert.deepEqual(backend.triggers, [{}]);
      assert.equal(await page.locator(".threat").count(), 1);
      assert.match(await other.locator("[role=status]").last().innerText(), /^New high threat/);
    });

    it("triggers a certain kind from the menu, by keyboard alone", async () => {
      const page = await openLivePage();
      await page.getByRole("button", { name: "Choose a threat type" }).focus();
      await page.keyboard.press("Enter");
      const menu = page.getByRole("menu");
      assert.deepEqual(await menu.getByRole("menuitem").allInnerTexts(), [
        "Random",
        "Bot traffic",
        "Proxy network",
        "Device compromise",
        "Anomaly detection",
        "Rate limit breach",
        "Geo anomaly",
      ]);
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await row(page, "triggered-1").waitFor();
      assert.deepEqual(backend.triggers, [{ threat_type: "rate_limit_breach" }]);
      assert.equal(await menu.count(), 0);
    });

    it("closes the menu with Escape and gives the focus back", async () => {
      const page = await openLivePage();
      const opener = page.getByRole("button", { name: "Choose a threat type" });
      await opener.click();
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("menu").count(), 0);
      assert.ok(await opener.evaluate((element) => element === document.activeElement));
    });

    it("shows why a trigger was refused, until dismissed", async () => {
      backend.refusal = { status: 400, body: '{"detail":"Invalid threat type: X"}' };
      const page = await openLivePage();
      await page.getByRole("button", { name: "Trigger threat" }).click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.match(await alert.innerText(), /Invalid threat type: X \(HTTP 400\)/);
      await alert.getByRole("button", { name: "Dismiss" }).click();
      assert.equal(await alert.count(), 0);
    });

    it("tells of a lost connection, comes back by itself, and shows what it missed", async () => {
      backend.threats = [makeThreat({ id: "before" })];
      const page = await openLivePage();
      await backend.stop();
      await page.getByText("No live connection.").waitFor();
      assert.match(await page.locator(".connection").innerText(), /Reconnecting$/);
      await row(page, "before").waitFor();
      backend.threats = [makeThreat({ id: "missed", created_at: later() }), ...backend.threats];
      await backend.start();
      await page.locator('.connection[data-state="live"]').waitFor();
      await row(page, "missed").waitFor();
      await row(page, "before").waitFor();
      assert.equal(await page.getByText("No live connection.").count(), 0);
    });

    it("reconnects at once when asked", async () => {
      const page = await openPage((fresh) => fresh.clock.install());
      await page.locator('.connection[data-state="live"]').waitFor();
      // From here no timer of the page fires by itself, so only the button can bring it back.
      await page.clock.pauseAt(Date.now() + 1000);
      await backend.stop();
      await page.locator('.connection[data-state="waiting"]').waitFor();
      await page.clock.runFor(500);
      await page.getByText("No live connection.").waitFor();
      await page.locator('.connection[data-state="waiting"]').waitFor();
      await backend.start();
      await page.getByRole("button", { name: "Reconnect now" }).click();
      await page.locator('.connection[data-state="live"]').waitFor();
    });

    it("reconnects without help when only the socket is cut", async () => {
      const page = await openLivePage();
      backend.cutSockets();
      await until(() => backend.connections === 2);
      await page.locator('.connection[data-state="live"]').waitFor();
      backend.publish(makeThreat({ id: "after" }));
      await row(page, "after").waitFor();
    });

    it("reads the list over HTTP where WebSockets do not pass", async () => {
      backend.threats = [makeThreat({ id: "read" })];
      backend.refuseSockets = true;
      const page = await openPage();
      await row(page, "read").waitFor();
      await page.getByText("No live connection.").waitFor();
    });

    it("says so when nothing can be loaded, and recovers", async () => {
      backend.refuseSockets = true;
      backend.refuseLists = true;
      const page = await openPage();
      await page.getByText("The threats could not be loaded").waitFor();
      await page.getByText("Redis is down (HTTP 503)").waitFor();
      assert.equal(await figure(page, "Threats"), "–");
      backend.refuseSockets = false;
      await page.getByText("All quiet").waitFor();
    });

    it("opens a threat's detail by keyboard, with all of its parts", async () => {
      backend.threats = [makeThreat()];
      const page = await openLivePage();
      const toggle = row(page, "threat-1").getByRole("button");
      await toggle.focus();
      await page.keyboard.press("Enter");
      assert.equal(await toggle.getAttribute("aria-expanded"), "true");
      assert.deepEqual(
        await row(page, "threat-1").getByRole("heading", { level: 4 }).allInnerTexts(),
        [
          "Summary",
          "Agents",
          "Response plan",
          "False positive?",
          "MITRE ATT&CK",
          "Known indicators",
          "Timeline",
        ],
      );
      await page.getByText("Raw signal").click();
      assert.match(await page.locator(".raw pre").innerText(), /"source_ip": "203.0.113.66"/);
      await page.keyboard.press("Escape");
      await toggle.click();
      assert.equal(await toggle.getAttribute("aria-expanded"), "false");
    });

    it("keeps a detail open and in place while threats arrive above it", async () => {
      backend.threats = [makeThreat()];
      const page = await openLivePage();
      await row(page, "threat-1").getByRole("button").click();
      backend.publish(makeThreat({ id: "newer" }));
      await row(page, "newer").waitFor();
      assert.equal(await row(page, "threat-1").getAttribute("data-open"), "true");
    });

    it("shows a threat of which the backend knows little", async () => {
      const { id, severity, created_at, signal } = makeThreat();
      backend.threats = [{ id, severity, created_at, signal } as ThreatAnalysis];
      const page = await openLivePage();
      await row(page, id).getByRole("button").click();
      await page.getByText("The backend gave no summary.").waitFor();
    });

    it("shows text from the network as text", async () => {
      backend.threats = [makeThreat({ executive_summary: "<img src=x onerror=alert(1)>" })];
      const page = await openLivePage();
      await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
      assert.equal(await page.locator("img").count(), 0);
    });

    it("fits a phone, with an open detail and the menu", async () => {
      backend.threats = severities();
      const page = await openPage();
      await page.setViewportSize({ width: 360, height: 740 });
      await row(page, "severity-0").getByRole("button").click();
      await page.getByRole("button", { name: "Choose a threat type" }).click();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
    });
  });
}

/** One threat of each severity, the first of them for review. */
function severities(): ThreatAnalysis[] {
  const all = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"] as const;
  return all.map((severity, index) =>
    makeThreat({ id: `severity-${index}`, severity, requires_human_review: index === 0 }),
  );
}

function later(): string {
  return "2026-06-01T12:00:05.000000";
}
