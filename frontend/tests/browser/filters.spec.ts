import assert from "node:assert/strict";
import type { Page, Route } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { Harness, link, pane, row, rowIds, severities } from "../support/harness";
import { makeThreat, utc } from "../support/threats";
import { until } from "../support/until";

if (hasBrowser()) {
  describe("filters and the review queue, in a real browser", () => {
    const harness = new Harness();
    const search = (page: Page) => page.getByRole("searchbox");
    const filters = (page: Page) => page.getByRole("search", { name: "Filters" });

    beforeEach(() => {
      const { signal } = makeThreat();
      harness.backend.threats = [
        ...severities(),
        makeThreat({
          id: "geo",
          created_at: utc(60),
          signal: { ...signal, threat_type: "geo_anomaly", customer_name: "Global Finance" },
        }),
      ];
    });

    it("narrow the list, together, and are told from its end", async () => {
      const page = await harness.openLive();
      await filters(page).getByRole("button", { name: "High" }).click();
      assert.deepEqual(await rowIds(page), ["severity-1", "geo"]);
      await filters(page).getByLabel("Type").selectOption("Geo anomaly");
      assert.deepEqual(await rowIds(page), ["geo"]);
      await page.getByText("1 of 6 threats").waitFor();
      await page.getByRole("button", { name: "Clear filters" }).click();
      assert.equal((await rowIds(page)).length, 6);
      await search(page).fill("global fin");
      assert.deepEqual(await rowIds(page), ["geo"]);
    });

    it("say when nothing matches, and how to see all again", async () => {
      const page = await harness.openLive();
      await search(page).fill("no such thing");
      await page.getByText("No threat matches").waitFor();
      await page.getByRole("button", { name: "Show all threats" }).click();
      assert.equal((await rowIds(page)).length, 6);
    });

    it("hold for threats that arrive", async () => {
      const page = await harness.openLive("?severity=low");
      harness.backend.publish(makeThreat({ id: "high", created_at: utc(-1) }));
      harness.backend.publish(makeThreat({ id: "low", severity: "LOW", created_at: utc(-2) }));
      await row(page, "low").waitFor();
      assert.deepEqual(await rowIds(page), ["low", "severity-3"]);
    });

    it("and the opened threat stay through a reload", async () => {
      const page = await harness.openLive();
      await filters(page).getByRole("button", { name: "Critical" }).click();
      await search(page).fill("retailmax");
      await link(page, "severity-0").click();
      await page.reload();
      await pane(page)
        .getByRole("heading", { name: /Bot traffic RetailMax/ })
        .waitFor();
      assert.deepEqual(await rowIds(page), ["severity-0"]);
      assert.equal(await search(page).inputValue(), "retailmax");
      assert.match(page.url(), /\?severity=critical&q=retailmax&threat=severity-0$/);
    });

    it("list what waits for review, worst and oldest first, with the time that is left", async () => {
      const page = await harness.openLive();
      await page.getByRole("button", { name: "Review queue 2" }).click();
      assert.deepEqual(await rowIds(page), ["severity-0", "geo"]);
      await row(page, "geo").getByText("overdue by").waitFor();
      assert.match(page.url(), /\?review=1$/);
    });

    it("say when nothing waits for review", async () => {
      harness.backend.threats = [makeThreat({ requires_human_review: false })];
      const page = await harness.openLive("?review=1");
      await page.getByText("Nothing waits for review").waitFor();
    });

    for (const { what, query, refused, end } of [
      { what: "the review queue", query: "?review=1", refused: /review=true/, end: "30 waiting" },
      { what: "the list", query: "", refused: /api\/threats\?/, end: "30 threats" },
    ]) {
      it(`say why ${what} could not be read, at any time, and try again when asked`, async () => {
        harness.backend.threats = Array.from({ length: 30 }, (_, i) =>
          makeThreat({ id: `age-${i}`, created_at: utc(i) }),
        );
        // The page also asks by itself: what is asked while some wait is answered once all are told to go on.
        let answers: "none" | "later" | "all" = "none";
        const waiting: Route[] = [];
        const page = await harness.open(query, async (fresh) => {
          await fresh.route(refused, async (route) => {
            if (answers === "none") {
              await route.fulfill({ status: 503, json: { detail: "Redis is down" } });
            } else if (answers === "later") {
              waiting.push(route);
            } else {
              await route.continue();
            }
          });
        });
        const problem = page.getByRole("alert").getByText("Redis is down (HTTP 503)");
        await problem.waitFor();
        await row(page, "age-0").hover();
        harness.backend.publish(makeThreat({ id: "late", created_at: utc(-5) }));
        await page.getByRole("button", { name: "Show 1 new threat" }).click();
        answers = "later";
        await page.getByRole("button", { name: "Try now" }).click();
        await until(() => waiting.length > 0);
        harness.backend.threats = harness.backend.threats.slice(1);
        answers = "all";
        await Promise.all(waiting.map((route) => route.continue()));
        await page.locator(".list-end").getByText(end).waitFor();
        assert.equal(await problem.count(), 0);
        answers = "none";
        harness.backend.cutSockets();
        await problem.waitFor();
        await row(page, "age-29").waitFor({ state: "attached" });
      });
    }

    it("leave rows that say where from, how often and until when, and nothing twice", async () => {
      harness.backend.threats = [
        makeThreat({
          executive_summary: "HIGH bot traffic against RetailMax. Far above the limit.",
        }),
        makeThreat({
          id: "done",
          created_at: utc(9),
          status: "resolved",
          requires_human_review: false,
        }),
      ];
      const page = await harness.openLive();
      const text = await row(page, "threat-1").innerText();
      for (const part of ["203.0.113.66", "3,500 requests", "Far above the limit.", "overdue by"]) {
        assert.ok(text.includes(part), `${part} in ${text}`);
      }
      assert.equal(text.match(/RetailMax/g)?.length, 1);
      assert.equal(await row(page, "done").locator(".due").count(), 0);
    });

    it("leave rows room for the longest deadline", async () => {
      const created_at = new Date(Date.now() - 85 * 60_000).toISOString();
      harness.backend.threats = [makeThreat({ created_at })];
      const page = await harness.openLive();
      for (const width of [1440, 1280, 1000, 360]) {
        await page.setViewportSize({ width, height: 800 });
        const due = await row(page, "threat-1").locator(".due").boundingBox();
        const box = await row(page, "threat-1").boundingBox();
        assert.ok(due && box && due.x + due.width <= box.x + box.width - 10, `${width} px`);
      }
    });
  });
}
