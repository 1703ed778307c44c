import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { alertsAnswer, makeAlert } from "../support/alerts";
import { hasBrowser } from "../support/browser";
import { NO_STACK, OWN_STACK } from "../support/fakeBackend";
import { connection, Harness, isFocused, pane, row } from "../support/harness";
import { makeThreat, TRACE_ID } from "../support/threats";
import { until } from "../support/until";

/** What is left of the 10 s within which the page follows the stack: the backend looks every 5 s. */
const SEEN_WITHIN_MS = 5000;

const traced = (id = "threat-1") => makeThreat({ id, trace_id: TRACE_ID });
const links = (page: Page) => page.locator(".threat-links a");
const alertsButton = (page: Page) => page.getByRole("button", { name: /^\d+ alerts?$/ });
const alertsList = (page: Page) => page.getByRole("region", { name: "Alerts" });
/** What screen readers are told of alerts. */
const told = (page: Page) => page.locator(".visually-hidden > [role=status]").nth(1);

if (hasBrowser()) {
  describe("links to traces and log lines, in a real browser", () => {
    const harness = new Harness();

    it("are beside each threat that was traced, and in its detail", async () => {
      harness.backend.observability = OWN_STACK;
      harness.backend.threats = [traced(), makeThreat({ id: "untraced" })];
      const page = await harness.openLive("?threat=threat-1");
      for (const place of [row(page, "threat-1"), pane(page)]) {
        const name = "of Bot traffic RetailMax (opens in a new tab)";
        const trace = place.getByRole("link", { name: `Trace ${name}`, exact: true });
        assert.equal(await trace.getAttribute("href"), `/jaeger/trace/${TRACE_ID}`);
        assert.equal(await trace.getAttribute("rel"), "noopener");
        const logs = place.getByRole("link", { name: `Logs ${name}`, exact: true });
        assert.equal(
          await logs.getAttribute("href"),
          `/grafana/d/soc-trace-logs/logs?var-trace_id=${TRACE_ID}`,
        );
      }
      assert.equal(await row(page, "untraced").getByRole("link").count(), 1);
    });

    it("open a tab of their own, which knows nothing of the page, by mouse and keyboard", async () => {
      harness.backend.observability = OWN_STACK;
      harness.backend.threats = [traced()];
      const page = await harness.openLive();
      const trace = row(page, "threat-1").getByRole("link", { name: /^Trace/ });
      const [byMouse] = await Promise.all([harness.context.waitForEvent("page"), trace.click()]);
      assert.equal(byMouse.url(), `${harness.backend.url}jaeger/trace/${TRACE_ID}`);
      assert.equal(await byMouse.evaluate(() => window.opener as unknown), null);
      await byMouse.close();
      assert.equal(await pane(page).count(), 0, "the click opened the detail, too");
      await page.locator(".threat-link").focus();
      await page.keyboard.press("Tab");
      assert.ok(await isFocused(trace));
      const [byKey] = await Promise.all([
        harness.context.waitForEvent("page"),
        page.keyboard.press("Enter"),
      ]);
      assert.equal(byKey.url(), byMouse.url());
    });

    it("come and go with the stack, without a reload, and the page stays as it is", async () => {
      harness.backend.threats = [traced()];
      const page = await harness.openLive("?threat=threat-1");
      await pane(page).getByText("Summary").waitFor();
      const within = { timeout: SEEN_WITHIN_MS };
      for (let round = 0; round < 2; round += 1) {
        assert.equal(await links(page).count(), 0);
        harness.backend.observability = OWN_STACK;
        await links(page).nth(3).waitFor(within);
        harness.backend.observability = NO_STACK;
        await links(page)
          .first()
          .waitFor({ state: "detached", ...within });
      }
      await pane(page).getByText("Summary").waitFor();
    });

    it("go without a word when the backend fails to answer, and come back", async () => {
      harness.backend.observability = OWN_STACK;
      harness.backend.threats = [traced()];
      const page = await harness.openLive();
      await links(page).first().waitFor();
      harness.backend.refuseReads = true;
      await links(page).first().waitFor({ state: "detached" });
      assert.equal(await page.getByRole("alert").count(), 0);
      assert.equal(await page.locator(".notice").count(), 0);
      harness.backend.refuseReads = false;
      await links(page).first().waitFor();
    });

    it("lead nowhere else than to web addresses", async () => {
      const hostile = "javascript:document.title='{trace_id}'";
      harness.backend.observability = { ...OWN_STACK, links: { trace: hostile, logs: "//evil/" } };
      harness.backend.threats = [traced()];
      const page = await harness.openLive();
      await until(() => harness.backend.observabilityAsked >= 2);
      assert.equal(await links(page).count(), 0);
      const logs = "https://grafana.example.com/d/x?var-id={threat_id}";
      harness.backend.observability = { ...OWN_STACK, links: { trace: hostile, logs } };
      await links(page).waitFor();
      assert.equal(
        await links(page).getAttribute("href"),
        "https://grafana.example.com/d/x?var-id=threat-1",
      );
    });

    it("cost nothing while nobody looks", async () => {
      harness.backend.observability = OWN_STACK;
      harness.backend.threats = [traced()];
      const page = await harness.openLive();
      await links(page).first().waitFor();
      const show = (state: DocumentVisibilityState) =>
        page.evaluate((visibilityState) => {
          Object.defineProperty(document, "visibilityState", {
            value: visibilityState,
            configurable: true,
          });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      await show("hidden");
      const asked = harness.backend.observabilityAsked;
      await page.waitForTimeout(SEEN_WITHIN_MS);
      assert.equal(harness.backend.observabilityAsked, asked);
      await show("visible");
      await until(() => harness.backend.observabilityAsked > asked, 1000);
    });
  });

  describe("the way back to a threat, in a real browser", () => {
    const harness = new Harness();

    it("shows one that is listed, and one that only the backend still knows", async () => {
      harness.backend.observability = OWN_STACK;
      harness.backend.threats = [makeThreat({ id: "listed" })];
      harness.backend.unlisted = [traced("8d3c/é 1")];
      const page = await harness.openLive("?threat=listed");
      await pane(page).getByText("Summary").waitFor();
      await page.goto(`${harness.backend.url}?threat=${encodeURIComponent("8d3c/é 1")}`);
      await pane(page).getByText("Summary").waitFor();
      await pane(page).getByText("8d3c/é 1").waitFor();
      await pane(page)
        .getByRole("link", { name: /^Trace/ })
        .waitFor();
      assert.equal(await row(page, "8d3c/é 1").count(), 0);
    });

    it("says kindly that one is unknown, and the list is there", async () => {
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive("?threat=unknown");
      await pane(page).getByRole("status").getByText("This threat is no longer stored").waitFor();
      await row(page, "threat-1").waitFor();
      await pane(page).getByRole("button", { name: "Close" }).click();
      assert.equal(new URL(page.url()).search, "");
    });
  });

  describe("firing alerts, in a real browser", () => {
    const harness = new Harness();

    beforeEach(() => {
      harness.backend.observability = OWN_STACK;
      harness.backend.alerts = alertsAnswer();
    });

    it("come with name, summary, severity and since when, worst first, and go", async () => {
      const activeAt = new Date(Date.now() - 300_000).toISOString();
      harness.backend.alerts = alertsAnswer(
        makeAlert(
          { alertname: "SocAgentErrors", severity: "warning", pod: "a" },
          { annotations: { summary: "It answers with errors." }, activeAt },
        ),
        makeAlert({}, { activeAt }),
        makeAlert({ alertname: "SocAgentErrors", severity: "warning", pod: "b" }),
        makeAlert({ alertname: "SocAgentSlow" }, { state: "pending" }),
        makeAlert({ alertname: "KubeProxyDown" }),
      );
      const page = await harness.openLive();
      await alertsButton(page).click();
      assert.equal(await alertsButton(page).innerText(), "2 alerts");
      const items = alertsList(page).getByRole("listitem");
      const [first, second] = await items.allInnerTexts();
      assert.match(
        first ?? "",
        /^CRITICAL\n+The SOC agent's backend cannot reach Redis\.\n+Its readiness fails\.\n+SocAgentRedisLost, since \d/,
      );
      assert.match(second ?? "", /^WARNING\n(?:.*\n)+SocAgentErrors, 2 pods, since /);
      assert.equal(await items.first().locator("time").getAttribute("datetime"), activeAt);
      harness.backend.alerts = alertsAnswer();
      await alertsButton(page).waitFor({ state: "detached", timeout: SEEN_WITHIN_MS });
      assert.equal(await alertsList(page).count(), 0);
      harness.backend.alerts = alertsAnswer(makeAlert());
      await alertsButton(page).waitFor({ timeout: SEEN_WITHIN_MS });
      assert.equal(await alertsButton(page).innerText(), "1 alert");
      assert.equal(await alertsList(page).count(), 0, "it jumped open");
    });

    it("open and close by keyboard, without closing the opened threat", async () => {
      harness.backend.alerts = alertsAnswer(makeAlert());
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive("?threat=threat-1");
      await alertsButton(page).focus();
      assert.equal(await alertsButton(page).getAttribute("aria-expanded"), "false");
      await page.keyboard.press("Enter");
      assert.equal(await alertsButton(page).getAttribute("aria-expanded"), "true");
      await page.keyboard.press("Tab");
      assert.ok(await isFocused(alertsList(page)));
      await page.keyboard.press("Escape");
      assert.equal(await alertsList(page).count(), 0);
      assert.ok(await isFocused(alertsButton(page)));
      await pane(page).getByText("Summary").waitFor();
      await page.keyboard.press("Space");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      assert.equal(await alertsList(page).count(), 0);
    });

    it("close by a press anywhere else", async () => {
      harness.backend.alerts = alertsAnswer(makeAlert());
      const page = await harness.openLive();
      await alertsButton(page).click();
      await alertsList(page).getByText("SocAgentRedisLost").click();
      assert.equal(await alertsList(page).count(), 1);
      await page.locator(".metric").first().click();
      assert.equal(await alertsList(page).count(), 0);
    });

    it("are told to screen readers once", async () => {
      const page = await harness.openLive();
      await page.evaluate(() => {
        const texts: string[] = [];
        Object.assign(globalThis, { texts });
        const status = document.querySelectorAll(".visually-hidden > [role=status]")[1];
        const observer = new MutationObserver(() => texts.push(status?.textContent ?? ""));
        observer.observe(status as Node, { childList: true, characterData: true, subtree: true });
      });
      harness.backend.alerts = alertsAnswer(makeAlert());
      await told(page)
        .getByText("Alert, critical: The SOC agent's backend cannot")
        .waitFor({ state: "attached" });
      const asked = harness.backend.observabilityAsked;
      await until(() => harness.backend.observabilityAsked >= asked + 2);
      harness.backend.alerts = alertsAnswer();
      await alertsButton(page).waitFor({ state: "detached" });
      assert.deepEqual(
        await page.evaluate(() => (globalThis as unknown as { texts: string[] }).texts),
        ["Alert, critical: The SOC agent's backend cannot reach Redis.", ""],
      );
    });

    it("are still there while the backend is away, which they tell of", async () => {
      const page = await harness.openLive();
      await until(() => harness.backend.observabilityAsked > 0);
      harness.backend.refuseReads = true;
      harness.backend.alerts = alertsAnswer(makeAlert());
      await alertsButton(page).waitFor();
    });

    for (const [what, answer] of [
      ["the page in Prometheus' place", undefined],
      ["an error", { status: "error", error: "shutting down" }],
      ["an unknown shape", { status: "success", data: { alerts: { firing: [makeAlert()] } } }],
    ] as const) {
      it(`are none when ${what} answers`, async () => {
        harness.backend.alerts = alertsAnswer(makeAlert());
        const page = await harness.openLive();
        await alertsButton(page).waitFor();
        harness.backend.alerts = answer;
        await alertsButton(page).waitFor({ state: "detached" });
        await connection(page, "live").waitFor();
      });
    }

    it("are asked of the page's own origin only", async () => {
      const alerts = "https://prometheus.example.com/api/v1/alerts";
      harness.backend.observability = { ...OWN_STACK, alerts };
      // The harness would tell of a request that the content security policy refused.
      await harness.openLive();
      await until(() => harness.backend.observabilityAsked >= 2);
    });
  });
}
