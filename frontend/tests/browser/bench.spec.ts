import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { PAGES, servePages, type PageName } from "../../bench/site";
import { Watch } from "../../bench/watch";
import { hasBrowser } from "../support/browser";
import { Harness, row } from "../support/harness";
import { makeThreat } from "../support/threats";
import { until } from "../support/until";

const IDS = ["one", "two", "three"];

/** Waits until a page has taken the last message; the counting page has one for the first batch, too. */
const taken: Readonly<Record<PageName, (page: Page) => Promise<void>>> = {
  dashboard: (page) => row(page, "three").waitFor(),
  counting: (page) => page.getByText(String(IDS.length + 1), { exact: true }).waitFor(),
};

if (hasBrowser()) {
  describe("what the bench watches, in a real browser", () => {
    const harness = new Harness();

    for (const name of ["dashboard", "counting"] as const) {
      it(`is each message and the time of the page: ${name}`, async () => {
        const { backend, context } = harness;
        await servePages(context);
        const address = new URL(PAGES[name], backend.url).href;
        const watch = await Watch.open(await context.newPage(), address);
        await until(async () => (await watch.page.evaluate("sums().messages")) === 1);
        const watched = await watch.during(async () => {
          IDS.forEach((id) => backend.publish(makeThreat({ id })));
          await taken[name](watch.page);
        });
        assert.equal(watched.messages, IDS.length);
        const { ms, tasks, script, frames } = watched;
        assert.ok(ms > 0 && tasks > 0 && script > 0 && tasks >= script, JSON.stringify(watched));
        assert.ok(frames > 0, "no frame was counted");
      });
    }
  });
}
