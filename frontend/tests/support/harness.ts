import assert from "node:assert/strict";
import axe from "axe-core";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";
import type { Severity, ThreatAnalysis } from "../../src/types";
import { launchBrowser } from "./browser";
import { FakeBackend } from "./fakeBackend";
import { makeThreat } from "./threats";

/** A browser and a backend for each test of a suite, and the usual ways to look at the page. */
export class Harness {
  backend = new FakeBackend();
  context!: BrowserContext;
  private browser!: Browser;
  private faults: string[] = [];

  /** Registers mocha's hooks. */
  constructor(options: BrowserContextOptions = {}) {
    before(async () => {
      this.browser = await launchBrowser();
    });
    after(() => this.browser.close());
    beforeEach(async () => {
      this.faults = [];
      this.backend = new FakeBackend();
      await this.backend.start();
      this.context = await this.browser.newContext({
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      this.context.setDefaultTimeout(30_000);
    });
    afterEach(async () => {
      await this.context.close();
      await this.backend.stop();
      assert.deepEqual(this.faults, [], "the page threw, or broke its content security policy");
    });
  }

  /** @param query of the address, with its "?". */
  async open(query = "", prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const page = await this.context.newPage();
    await prepare?.(page);
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) {
        this.faults.push(message.text());
      }
    });
    await page.goto(this.backend.url + query);
    return page;
  }

  async openLive(query = ""): Promise<Page> {
    const page = await this.open(query);
    await connection(page, "live").waitFor();
    return page;
  }
}

export const connection = (page: Page, state: string): Locator =>
  page.locator(`.connection[data-state="${state}"]`);

export const row = (page: Page, id: string): Locator => page.locator(`[data-threat-id="${id}"]`);

export const link = (page: Page, id: string): Locator => row(page, id).getByRole("link");

/** The ids of the rows, from the top. */
export const rowIds = (page: Page): Promise<(string | null)[]> =>
  page
    .locator(".threat")
    .evaluateAll((rows) => rows.map((element) => element.getAttribute("data-threat-id")));

export const figure = (page: Page, label: string): Locator =>
  page.locator(".metric", { hasText: label }).locator(".metric-value");

/** The detail, whichever way it is shown. */
export const pane = (page: Page): Locator => page.locator(".pane");

/** Whether an element has the keyboard's focus. */
export const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element === document.activeElement);

/** Whether the screen shows all of an element. */
export const inView = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });

/** How far the page can be scrolled sideways, in px. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** One threat of each severity, newest and worst first, the first of them for review. */
export function severities(): ThreatAnalysis[] {
  const all: Severity[] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"];
  return all.map((severity, index) =>
    makeThreat({ id: `severity-${index}`, severity, requires_human_review: index === 0 }),
  );
}

/** What axe finds wrong, as one line each; finished animations only, which would blend colours. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished)));
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const result = await axe.run();
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}
