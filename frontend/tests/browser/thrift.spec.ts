import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { connection, Harness, row, rowIds } from "../support/harness";
import { makeThreat } from "../support/threats";
import { until } from "../support/until";

const HOUR_MS = 3_600_000;

/** Counts what is costly about dates and numbers: formats that are made, and dates and spans that are written. */
const COUNTING = `
  globalThis.counted = { made: 0, dates: 0, spans: 0 };
  const own = Intl.DateTimeFormat;
  Intl.DateTimeFormat = new Proxy(own, {
    construct: (target, args) => { counted.made += 1; return new target(...args); },
  });
  const number = Number.prototype.toLocaleString;
  Number.prototype.toLocaleString = function (...args) {
    counted.made += 1;
    return number.apply(this, args);
  };
  for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]) {
    const before = Date.prototype[name];
    Date.prototype[name] = function (...args) {
      counted.made += 1;
      counted.dates += 1;
      return before.apply(this, args);
    };
  }
  const { get } = Object.getOwnPropertyDescriptor(own.prototype, "format");
  Object.defineProperty(own.prototype, "format", {
    get() {
      const format = get.call(this);
      return (date) => { counted.dates += 1; return format(date); };
    },
  });
  const range = own.prototype.formatRange;
  own.prototype.formatRange = function (...args) {
    counted.spans += 1;
    return range.apply(this, args);
  };`;

/** What {@link COUNTING} has counted. */
interface Counted {
  readonly made: number;
  readonly dates: number;
  readonly spans: number;
}

if (hasBrowser()) {
  describe("what a busy page does not do, in a real browser", () => {
    const harness = new Harness();
    const agoMs = (ms: number) => new Date(Date.now() - ms).toISOString();
    const counted = (page: Page) =>
      page.evaluate(() => (globalThis as unknown as { counted: Counted }).counted);
    const age = (page: Page, id: string) => row(page, id).locator("time").innerText();

    async function open(): Promise<Page> {
      const page = await harness.open("", async (fresh) => {
        await fresh.addInitScript(COUNTING);
      });
      await connection(page, "live").waitFor();
      return page;
    }

    it("makes no format for the dates and numbers of rows", async () => {
      harness.backend.threats = [makeThreat({ id: "first", created_at: agoMs(HOUR_MS) })];
      const page = await open();
      await row(page, "first").waitFor();
      const { made } = await counted(page);
      for (let n = 0; n < 30; n += 1) {
        harness.backend.publish(makeThreat({ id: `n-${n}`, created_at: agoMs(0) }));
      }
      await until(async () => (await rowIds(page)).length === 31);
      const after = await counted(page);
      assert.ok(after.dates >= 31, `${after.dates} dates were written`);
      assert.equal(after.made, made);
    });

    it("draws no row anew of which time has changed nothing", async () => {
      const old = Array.from({ length: 30 }, (_, n) =>
        makeThreat({ id: `old-${n}`, created_at: agoMs((n + 1.5) * HOUR_MS) }),
      );
      harness.backend.threats = [makeThreat({ id: "new", created_at: agoMs(10_000) }), ...old];
      const page = await open();
      await until(async () => (await rowIds(page)).length === 31);
      const [shown, { dates }] = [await age(page, "new"), await counted(page)];
      await until(async () => (await age(page, "new")) !== shown);
      const written = (await counted(page)).dates - dates;
      assert.ok(written < old.length, `${written} dates were written`);
    });

    it("describes the bars of the time axis only when there are other counts", async () => {
      harness.backend.threats = [makeThreat({ id: "first", created_at: agoMs(HOUR_MS) })];
      const page = await open();
      await row(page, "first").waitFor();
      const bars = await page.locator(".ticks button").count();
      for (let n = 0; n < 10; n += 1) {
        harness.backend.publish(makeThreat({ id: `n-${n}`, created_at: agoMs(0) }));
        await row(page, `n-${n}`).waitFor();
      }
      const { spans } = await counted(page);
      // Once over what is listed, which grows until the backend has counted; then once for each of its answers.
      const occasions = harness.backend.histogramsAsked + 3;
      assert.ok(spans <= bars * occasions, `${spans} spans for ${bars} bars`);
    });

    it("lights up what is new by what no frame has to be drawn for", async () => {
      const page = await open();
      await page.getByText("No alerts here yet").waitFor();
      harness.backend.publish(makeThreat({ id: "new", created_at: agoMs(0) }));
      await row(page, "new").waitFor();
      const animated = await page.evaluate(() =>
        document
          .getAnimations()
          .filter(({ effect }) => effect instanceof KeyframeEffect && effect.target?.closest("li"))
          .map(({ effect }) => (effect as KeyframeEffect).getKeyframes().flatMap(Object.keys)),
      );
      const OF_TIME = ["offset", "computedOffset", "easing", "composite"];
      assert.deepEqual(
        animated.map((names) => [...new Set(names)].filter((name) => !OF_TIME.includes(name))),
        [["opacity"]],
      );
    });
  });
}
