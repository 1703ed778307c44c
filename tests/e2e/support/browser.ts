/** A real browser on the dashboard, as its users have it. */
import * as assert from "node:assert/strict";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from "playwright-core";
import { URL } from "./stack";

/** A headless Chromium. @param args besides the usual ones */
export function launch(...args: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...args],
  });
}

/** One window of the dashboard, with a profile of its own. */
export class Window {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly faults: string[],
  ) {}

  /** Opens the dashboard and waits until it is live. */
  static async open(browser: Browser, url = URL): Promise<Window> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) {
        faults.push(message.text());
      }
    });
    await page.goto(url);
    const window = new Window(page, context, faults);
    await window.connection("live").waitFor();
    return window;
  }

  connection(state: "live" | "waiting"): Locator {
    return this.page.locator(`.connection[data-state="${state}"]`);
  }

  row(threatId: string): Locator {
    return this.page.locator(`[data-threat-id="${threatId}"]`);
  }

  /** The ids of the rows, from the top. */
  rowIds(): Promise<string[]> {
    return this.page
      .locator("[data-threat-id]")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-threat-id") ?? ""));
  }

  /** Takes the network from this window alone, or gives it back. */
  setOffline(offline: boolean): Promise<void> {
    return this.context.setOffline(offline);
  }

  /** Ends it. The page must not have thrown, nor have broken its content security policy. */
  async close(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}
