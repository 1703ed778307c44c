import assert from "node:assert/strict";
import { hasBrowser } from "../support/browser";
import { figure, Harness, row, rowIds, severities } from "../support/harness";
import { THREAT_TYPES } from "../../src/types";
import { makeThreat, utc } from "../support/threats";
import { until } from "../support/until";

if (hasBrowser()) {
  describe("figures and charts, in a real browser", () => {
    const harness = new Harness();

    it("are the backend's, which knows more than the list", async () => {
      harness.backend.threats = severities();
      harness.backend.trimmed = 5226;
      harness.backend.droppedUnreviewed = 3;
      const page = await harness.openLive();
      await figure(page, "Threats").getByText("5,231").waitFor();
      await page.getByText("5 stored, 3 dropped unreviewed").waitFor();
      assert.equal(await figure(page, "Needs review").innerText(), "1");
      assert.equal(await figure(page, "Customers").innerText(), "1");
      assert.equal(await figure(page, "Analysis time").innerText(), "118 ms");
      assert.equal(await page.title(), "(1) SOC Agent");
      const legend = await page.locator(".legend li").first().innerText();
      assert.match(legend.replaceAll("\n", " "), /Critical.*1.*20%/);
      const bar = await page.locator(".bars li").first().innerText();
      assert.match(bar.replaceAll("\n", " "), /Bot traffic.*5/);
      assert.equal(await page.locator(".ring-part").count(), 5);
    });

    it("are renewed as threats arrive", async () => {
      const page = await harness.openLive();
      await figure(page, "Threats").getByText("0").waitFor();
      for (let n = 1; n <= 30; n += 1) {
        harness.backend.publish(makeThreat({ id: `new-${n}` }));
      }
      await figure(page, "Threats").getByText("30").waitFor();
      assert.ok(harness.backend.analyticsAsked < 6, "a request for every threat");
    });

    it("are counted over the list where the backend gives none", async () => {
      harness.backend.threats = severities();
      harness.backend.hasAnalytics = false;
      const page = await harness.openLive();
      await figure(page, "Threats").getByText("5").waitFor();
      await page.getByText("in the list below").waitFor();
    });

    it("say when they are not up to date", async () => {
      harness.backend.threats = severities();
      harness.backend.trimmed = 100;
      const page = await harness.openLive();
      await figure(page, "Threats").getByText("105").waitFor();
      harness.backend.hasAnalytics = false;
      harness.backend.publish(makeThreat({ id: "new" }));
      await page.getByText("not up to date").first().waitFor();
      assert.equal(await figure(page, "Threats").innerText(), "105");
    });

    it("say the same as the queue, which has all that waits in few requests", async () => {
      harness.backend.threats = Array.from({ length: 12_000 }, (_, n) =>
        makeThreat({ id: `n-${n}`, created_at: utc(n), requires_human_review: n % 45 === 44 }),
      );
      const page = await harness.openLive("?review=1");
      await page.getByRole("button", { name: "Review queue 266" }).waitFor();
      assert.equal(await figure(page, "Needs review").innerText(), "266");
      assert.equal(await page.title(), "(266) SOC Agent");
      await page.getByText("266 waiting threats").waitFor();
      assert.equal(
        (await rowIds(page))[0],
        `n-${45 * 266 - 1}`,
        "what has waited longest is first",
      );
      assert.equal(await page.getByRole("button", { name: "Show older" }).count(), 0);
      assert.ok(harness.backend.listsAsked <= 6, `${harness.backend.listsAsked} requests`);
    });

    it("of the queue and the queue itself follow what happens to it, and the list is left as it was", async () => {
      const waiting = (n: number) => makeThreat({ id: `n-${n}`, created_at: utc(n) });
      const others = Array.from({ length: 300 }, (_, n) =>
        makeThreat({ id: `other-${n}`, created_at: utc(n), requires_human_review: false }),
      );
      harness.backend.threats = [...others, waiting(400), waiting(500)];
      const page = await harness.openLive();
      await row(page, "other-199").waitFor({ state: "attached" });
      // The pointer over the list holds it.
      await row(page, "other-0").hover();
      const extra = makeThreat({ id: "extra", requires_human_review: false });
      harness.backend.publish(extra);
      await page.getByRole("button", { name: "Show 1 new threat" }).waitFor();
      await page.getByRole("button", { name: "Review queue 2" }).click();
      await until(async () => (await rowIds(page)).join() === "n-500,n-400");
      assert.equal(await page.getByRole("button", { name: /^Show \d/ }).count(), 0);
      await page.locator(".header").hover();
      harness.backend.publish(waiting(-1));
      harness.backend.update({ ...waiting(500), version: 2, requires_human_review: false });
      await until(async () => (await rowIds(page)).join() === "n-400,n--1");
      await page.getByText("2 waiting threats").waitFor();
      await harness.backend.stop();
      harness.backend.threats = [waiting(600)];
      await harness.backend.start();
      await until(async () => (await rowIds(page)).join() === "n-600");
    });

    it("take what the backend dropped off the list", async () => {
      harness.backend.threats = Array.from({ length: 60 }, (_, n) =>
        makeThreat({ id: `n-${n}`, created_at: utc(n) }),
      );
      const page = await harness.openLive();
      await row(page, "n-59").waitFor({ state: "attached" });
      harness.backend.threats = harness.backend.threats.slice(0, 30);
      harness.backend.trimmed = 30;
      harness.backend.publish(makeThreat({ id: "new", created_at: utc(-1) }));
      await row(page, "n-30").waitFor({ state: "detached" });
      await figure(page, "Threats").getByText("61").waitFor();
      assert.equal((await rowIds(page)).length, 31);
      assert.equal(await figure(page, "Needs review").innerText(), "31");
    });

    it("leave the screen to the threats", async () => {
      harness.backend.threats = THREAT_TYPES.map((threat_type, n) => {
        const { signal } = makeThreat();
        return makeThreat({ id: `n-${n}`, signal: { ...signal, threat_type } });
      });
      const page = await harness.openLive();
      await figure(page, "Threats").getByText("6").waitFor();
      const top = () =>
        page
          .locator(".threat")
          .first()
          .evaluate((first) => first.getBoundingClientRect().top);
      await page.setViewportSize({ width: 1280, height: 800 });
      assert.ok((await top()) < 800 / 3, `${await top()} px`);
      await page.setViewportSize({ width: 390, height: 844 });
      assert.ok((await top()) < 844 * 0.4, `${await top()} px on a phone`);
    });

    it("notice a reset, which no event tells, and so does the list", async () => {
      harness.backend.threats = severities();
      const page = await harness.open("", (fresh) => fresh.clock.install());
      await figure(page, "Threats").getByText("5").waitFor();
      harness.backend.threats = [];
      await page.clock.runFor(31_000);
      await page.getByText("No alerts here yet").waitFor();
      assert.equal(await figure(page, "Threats").innerText(), "0");
    });

    it("narrow the list by severity and type, and open the queue", async () => {
      const { signal } = makeThreat();
      const geo = makeThreat({ id: "geo", signal: { ...signal, threat_type: "geo_anomaly" } });
      harness.backend.threats = [...severities(), geo];
      const page = await harness.openLive();
      const charts = page.getByRole("region", { name: "Overview" });
      await charts.getByRole("button", { name: /^High/ }).click();
      assert.deepEqual(await rowIds(page), ["severity-1", "geo"]);
      await charts.getByRole("button", { name: /^Geo anomaly/ }).click();
      assert.deepEqual(await rowIds(page), ["geo"]);
      await charts.getByRole("button", { name: /^High/ }).click();
      await charts.getByRole("button", { name: /^Geo anomaly/ }).click();
      await page.getByRole("button", { name: "Open the queue" }).click();
      await until(async () => (await rowIds(page)).join() === "severity-0,geo");
      await row(page, "geo").getByText("Needs review").waitFor();
    });
  });
}
