import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import {
  connection,
  Harness,
  isFocused,
  link,
  overflow,
  pane,
  severities,
  violations,
} from "../support/harness";
import { alertsAnswer, makeAlert } from "../support/alerts";
import { OWN_STACK, type FakeBackend } from "../support/fakeBackend";
import { makeManipulated, makeThreat, TRACE_ID } from "../support/threats";

const PHONE = { width: 360, height: 740 };
/** The least side of what a finger is meant to hit (WCAG 2.2, 2.5.8), in px. */
const LEAST_TARGET = 24;

/** The rows whose severity is covered by what stands beside it, as far as the screen shows them. */
function covered(page: Page): Promise<string[]> {
  return page.locator(".threat").evaluateAll((rows) =>
    rows
      .filter((row) => {
        const severity = row.querySelector(".severity")?.getBoundingClientRect();
        return [...row.querySelectorAll(".threat-side > *")].some(
          (each) => severity && each.getBoundingClientRect().left < severity.right,
        );
      })
      .map((row) => row.outerHTML),
  );
}

/** A backend with the project's own stack, a traced threat, and an alert of each severity. */
function withStack(backend: FakeBackend): void {
  backend.observability = OWN_STACK;
  backend.threats = [makeThreat({ id: "traced", trace_id: TRACE_ID }), ...backend.threats];
  backend.alerts = alertsAnswer(
    makeAlert(),
    makeAlert({ alertname: "SocAgentErrors", severity: "warning", pod: "a" }),
    makeAlert({ alertname: "SocAgentErrors", severity: "warning", pod: "b" }),
    makeAlert({ alertname: "SocAgentAtMaximum", severity: "info" }, { annotations: {} }),
  );
}

if (hasBrowser()) {
  for (const colorScheme of ["light", "dark"] as const) {
    describe(`use by everyone, in a real browser, ${colorScheme}`, () => {
      const harness = new Harness({ colorScheme, reducedMotion: "reduce" });

      beforeEach(() => {
        harness.backend.threats = [makeManipulated(), ...severities()];
      });

      it("axe finds nothing in the list, a narrowed list, and the open menu", async () => {
        const page = await harness.openLive();
        assert.deepEqual(await violations(page), []);
        await page.getByRole("button", { name: "Choose a threat" }).click();
        assert.deepEqual(await violations(page), []);
        await page.keyboard.press("Escape");
        await page.goto(`${page.url()}?review=1&severity=critical,high&type=bot_traffic`);
        await connection(page, "live").waitFor();
        assert.deepEqual(await violations(page), []);
      });

      it("axe finds nothing in an opened threat", async () => {
        const page = await harness.openLive("?threat=manipulated");
        await pane(page).getByText("Raw signal", { exact: true }).click();
        assert.deepEqual(await violations(page), []);
      });

      it("axe finds nothing in chosen threats and the list of keys", async () => {
        const page = await harness.openLive();
        await page.getByRole("checkbox").first().check();
        await page.getByRole("region", { name: "Chosen threats" }).waitFor();
        assert.deepEqual(await violations(page), []);
        await page.getByRole("button", { name: "Keys" }).click();
        assert.deepEqual(await violations(page), []);
      });

      it("axe finds nothing when all is quiet, refused, or lost", async () => {
        harness.backend.threats = [];
        harness.backend.refusal = { status: 400, body: '{"detail":"Invalid threat type: X"}' };
        const page = await harness.openLive();
        await page.getByRole("button", { name: "Trigger threat" }).click();
        await page.getByRole("alert").waitFor();
        await harness.backend.stop();
        await page.getByText("No live connection.").waitFor();
        assert.deepEqual(await violations(page), []);
      });

      it("axe finds nothing on a phone", async () => {
        const page = await harness.openLive();
        await page.setViewportSize(PHONE);
        await page.getByText("Charts by severity, type and time").click();
        assert.deepEqual(await violations(page), []);
        await link(page, "manipulated").click();
        assert.deepEqual(await violations(page), []);
      });

      it("axe finds nothing in the links and alerts of a stack, wide and on a phone", async () => {
        withStack(harness.backend);
        const page = await harness.openLive("?threat=traced");
        await page.getByRole("button", { name: "3 alerts" }).click();
        assert.deepEqual(await violations(page), []);
        await page.keyboard.press("Escape");
        await pane(page).getByRole("button", { name: "Close" }).click();
        await page.setViewportSize(PHONE);
        await page.getByRole("button", { name: "3 alerts" }).click();
        assert.deepEqual(await violations(page), []);
      });
    });
  }

  describe("on a phone, in a real browser", () => {
    const harness = new Harness({ viewport: PHONE, hasTouch: true });

    beforeEach(() => {
      harness.backend.threats = [makeManipulated(), ...severities()];
    });

    it("nothing sticks out, in the list, the menu, the charts and a detail", async () => {
      const page = await harness.openLive();
      assert.equal(await overflow(page), 0);
      await page.getByText("Charts by severity, type and time").tap();
      await page.getByRole("button", { name: "Choose a threat" }).tap();
      const menu = await page.getByRole("menu").boundingBox();
      assert.ok(menu && menu.x >= 0 && menu.x + menu.width <= PHONE.width);
      assert.ok(menu.y + menu.height <= PHONE.height, "the menu ends below the screen");
      assert.equal(await overflow(page), 0);
      await page.keyboard.press("Escape");
      await link(page, "manipulated").tap();
      assert.equal(await pane(page).evaluate((e) => e.scrollWidth - e.clientWidth), 0);
    });

    it("has room for the longest connection state", async () => {
      const page = await harness.openLive();
      await harness.backend.stop();
      await page.getByText("No live connection.").waitFor();
      assert.equal(await overflow(page), 0);
    });

    it("has room for alerts and links, in the list, the review queue and a detail", async () => {
      withStack(harness.backend);
      for (const width of [PHONE.width, 320]) {
        for (const query of ["", "?review=1"]) {
          const page = await harness.openLive(query);
          await page.setViewportSize({ ...PHONE, width });
          await page.getByRole("button", { name: "3 alerts" }).tap();
          const list = await page.getByRole("region", { name: "Alerts" }).boundingBox();
          assert.ok(list && list.x >= 0 && list.x + list.width <= width);
          assert.equal(await overflow(page), 0, `${width} px${query}`);
          assert.deepEqual(await covered(page), [], `${width} px${query}`);
          await page.keyboard.press("Escape");
          await link(page, "traced").first().tap();
          assert.equal(await pane(page).evaluate((e) => e.scrollWidth - e.clientWidth), 0);
          await page.close();
        }
      }
      const page = await harness.openLive();
      await page.getByRole("button", { name: "3 alerts" }).waitFor();
      harness.backend.refuseSockets = true;
      harness.backend.cutSockets();
      await page.getByText("No live connection.").waitFor();
      assert.equal(await overflow(page), 0);
    });

    it("has targets that a finger hits", async () => {
      withStack(harness.backend);
      const page = await harness.openLive();
      await page.getByRole("button", { name: "3 alerts" }).waitFor();
      const small = await page
        .locator("button, input, select, summary, .threat-links a")
        .evaluateAll(
          (elements, least) =>
            elements
              .map((element) => ({ element, box: element.getBoundingClientRect() }))
              .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < least)
              .map(({ element }) => element.outerHTML),
          LEAST_TARGET,
        );
      assert.deepEqual(small, []);
    });

    it("shows a threat over the list, which is out of reach meanwhile", async () => {
      const page = await harness.openLive();
      await link(page, "manipulated").tap();
      const dialog = page.getByRole("dialog");
      assert.deepEqual(await dialog.boundingBox(), { x: 0, y: 0, ...PHONE });
      assert.ok(await isFocused(dialog.getByRole("heading", { level: 2 })));
      for (let presses = 0; presses < 15; presses += 1) {
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate(() => document.activeElement?.closest(".app")), null);
      }
      await dialog.getByRole("button", { name: "Close" }).tap();
      assert.ok(await isFocused(link(page, "manipulated")));
    });
  });

  describe("the colours, in a real browser", () => {
    const harness = new Harness({ colorScheme: "light" });
    const scheme = (page: Page) =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);

    it("follow the system until the viewer chooses, and then the choice, also after a reload", async () => {
      harness.backend.threats = [makeThreat()];
      const page = await harness.openLive();
      const light = await scheme(page);
      await page.emulateMedia({ colorScheme: "dark" });
      const dark = await scheme(page);
      assert.notEqual(light, dark);
      await page.getByRole("button", { name: "Colours: system" }).click();
      assert.equal(await scheme(page), light);
      await page.reload();
      await page.getByRole("button", { name: "Colours: light" }).click();
      await page.emulateMedia({ colorScheme: "light" });
      assert.equal(await scheme(page), dark);
    });
  });
}
