/** Both pages at the origin of a real backend, in a real browser. */
import type { BrowserContext, Route } from "playwright-core";
import { builtFile } from "../tests/support/dist";
import { NginxConfig } from "../tests/support/nginxConfig";

/** The pages that are measured. */
export const PAGES = { dashboard: "/", counting: "/counting.html" } as const;
export type PageName = keyof typeof PAGES;

/** The page that does nothing but count messages. Its script is a file, since the content security policy asks for one. */
const COUNTING: Readonly<Record<string, readonly [type: string, body: string]>> = {
  [PAGES.counting]: [
    "text/html",
    '<!doctype html><title>Counting</title><p>0</p><script src="/counting.js"></script>',
  ],
  "/counting.js": [
    "text/javascript",
    `const shown = document.querySelector("p");
     let count = 0;
     new WebSocket("ws://" + location.host + "/ws").onmessage = () => {
       count += 1;
       shown.textContent = String(count);
     };`,
  ],
};

/**
 * Serves the pages to a browser in the place of nginx, under the backend's own address: what is the backend's goes to it
 * with nothing between, which would take its share of the cores.
 */
export async function servePages(context: BrowserContext): Promise<void> {
  const nginx = NginxConfig.read();
  const headers = { "content-security-policy": nginx.policy() };
  // What is served so comes from no address, and may speak to one of this machine only by permission.
  await context.grantPermissions(["local-network-access"]);
  await context.route("**", async (route: Route) => {
    const { pathname } = new URL(route.request().url());
    const counting = COUNTING[pathname];
    if (nginx.isProxied(pathname)) {
      await route.continue();
    } else if (counting) {
      const [contentType, body] = counting;
      await route.fulfill({ contentType, body, headers });
    } else {
      const file = await builtFile(pathname);
      await route.fulfill(
        file ? { contentType: file.type, body: file.body, headers } : { status: 404 },
      );
    }
  });
}
