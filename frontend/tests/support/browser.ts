import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PATH = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/**
 * Whether there is a browser to test with. Without one a test run by hand says so in one line and
 * goes on; with `CI=true` it fails, since nobody reads that line there.
 *
 * @throws Error with `CI=true`
 */
export function hasBrowser(): boolean {
  if (existsSync(PATH)) {
    return true;
  }
  const text = `no Chromium at ${PATH}: install it, or set CHROMIUM_PATH`;
  if (process.env.CI === "true") {
    throw new Error(text);
  }
  console.log(`SKIPPED browser tests: ${text}`);
  return false;
}

/**
 * A headless Chromium that speaks to nobody but the page's server.
 *
 * @param flags more of its command line
 */
export function launchBrowser(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: ["--disable-gpu", "--disable-quic", "--disable-sync", ...flags],
  });
}
