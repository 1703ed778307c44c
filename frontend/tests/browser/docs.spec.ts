import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { Backend } from "../support/backend";
import { hasBrowser, launchBrowser } from "../support/browser";

if (hasBrowser()) {
  describe("the page that describes the API, in a real browser", () => {
    let browser: Browser;
    let backend: Backend;
    let page: Page;
    let faults: string[];

    before(async () => {
      [browser, backend] = await Promise.all([launchBrowser(), Backend.start()]);
    });

    after(async () => {
      await browser?.close();
      await backend?.stop();
    });

    beforeEach(async () => {
      faults = [];
      page = await browser.newPage();
      page.setDefaultTimeout(30_000);
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") {
          faults.push(message.text());
        }
      });
      page.on("requestfailed", (request) => faults.push(`${request.url()} failed`));
    });

    afterEach(async () => {
      await page.close();
      assert.deepEqual(faults, [], "an error, or a breach of the content security policy");
    });

    /** The routes that the backend describes, such as `GET /health`. */
    const described = async (): Promise<string[]> => {
      const response = await fetch(`${backend.url}/openapi.json`);
      const { paths } = (await response.json()) as { paths: Record<string, object> };
      return Object.entries(paths)
        .flatMap(([path, methods]) =>
          Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
        )
        .sort();
    };

    for (const path of ["/docs", "/docs/", "/redoc"]) {
      it(`shows every route at ${path}`, async () => {
        await page.goto(backend.url + path);
        await page.locator(".opblock").first().waitFor();
        const routes = await page.locator(".opblock-summary").allInnerTexts();
        const shown = routes.map((text) => text.replace(/\s+/g, " ").replaceAll("\u200b", ""));
        const named = shown.map((text) => text.split(" ").slice(0, 2).join(" "));
        assert.deepEqual(named.sort(), await described());
        assert.ok(named.includes("POST /api/threats/trigger"));
        assert.equal(new URL(page.url()).pathname, "/docs");
      });
    }

    it("asks the backend for who tries a route", async () => {
      await page.goto(`${backend.url}/docs`);
      const route = page.locator(".opblock", { hasText: "/health" });
      await route.locator(".opblock-summary").click();
      await route.getByRole("button", { name: "Try it out" }).click();
      await route.getByRole("button", { name: "Execute" }).click();
      await route.locator(".live-responses-table").getByText('"healthy"').waitFor();
    });
  });
}
