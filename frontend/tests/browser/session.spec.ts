import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { connection, Harness, link, overflow, pane, row, violations } from "../support/harness";
import { makeThreat, utc } from "../support/threats";
import { until } from "../support/until";

if (hasBrowser()) {
  describe("who is signed in, in a real browser", () => {
    const harness = new Harness({ reducedMotion: "reduce" });
    const account = (page: Page) => page.getByRole("group", { name: "Account" });
    const signedOut = (page: Page) => page.getByRole("alert").getByText("Signed out.");
    const trigger = (page: Page) => page.getByRole("button", { name: "Trigger threat" });

    beforeEach(() => {
      harness.backend.threats = [makeThreat(), makeThreat({ id: "other" })];
    });

    it("is nothing where there is no login, or the backend knows none", async () => {
      for (const session of [
        undefined,
        { login: false, name: null, roles: ["reader", "analyst", "ingest"], expires_at: null },
      ] as const) {
        harness.backend.login.session = session;
        const page = await harness.openLive("?threat=threat-1");
        await trigger(page).waitFor();
        await pane(page).getByRole("button", { name: "Acknowledge" }).click();
        await pane(page).getByRole("button", { name: "Acknowledge", pressed: true }).waitFor();
        assert.equal(await account(page).count(), 0);
        assert.equal(await page.getByText(/sign(ed)? (in|out)|needs the role/i).count(), 0);
        await page.close();
        harness.backend.threats = [makeThreat()];
      }
    });

    it("stands in the header, with the roles and the way out", async () => {
      harness.backend.login.signIn("reader", "analyst");
      const page = await harness.openLive("?threat=threat-1");
      await account(page).getByText("jane reader, analyst").waitFor();
      const out = account(page).getByRole("link", { name: "Sign out" });
      assert.equal(await out.getAttribute("href"), "/oauth2/sign_out?rd=/signed-out.html");
      await pane(page).getByRole("button", { name: "Resolve" }).click();
      await until(() => harness.backend.threats[0]?.status === "resolved");
      await trigger(page).click();
      await until(() => harness.backend.triggers.length === 1);
    });

    it("decides nothing as a reader, neither by button nor by key, and is told why", async () => {
      harness.backend.login.signIn("reader");
      const page = await harness.openLive("?threat=threat-1");
      await account(page).waitFor();
      assert.equal(await trigger(page).count(), 0);
      await pane(page).getByText("Needs the role analyst").waitFor();
      const decisions = pane(page).locator(".decisions button, [type=submit]");
      for (const button of await decisions.all()) {
        assert.equal(await button.getAttribute("aria-disabled"), "true");
        assert.equal(await button.getAttribute("title"), "Needs the role analyst");
        // As a hand does it, which does not ask whether it may.
        await button.click({ force: true });
      }
      for (const key of ["a", "e", "f"]) {
        await page.keyboard.press(key);
      }
      assert.equal(await pane(page).getByLabel("Note").isEditable(), false);
      await row(page, "other").getByRole("checkbox").check();
      const bar = page.getByRole("region", { name: "Chosen threats" });
      await bar.getByText("Needs the role analyst").waitFor();
      await bar.getByRole("button", { name: "Resolve" }).click({ force: true });
      assert.deepEqual(await violations(page), []);
      // An answer that was on its way would be here by then.
      harness.backend.publish(makeThreat({ id: "later" }));
      await page.locator(".header").hover();
      await row(page, "later").waitFor();
      assert.deepEqual(
        harness.backend.threats.map(({ version }) => version),
        [1, 1, 1],
      );
    });

    it("is asked to sign in once the token has expired, and sees the list as it was", async () => {
      harness.backend.login.signIn("reader", "analyst");
      const page = await harness.openLive("?severity=high&q=retail");
      await link(page, "other").click();
      await pane(page).getByLabel("Note").fill("unsaved");
      harness.backend.login.signedOut = true;
      harness.backend.expireSockets();
      await signedOut(page).waitFor();
      await page.locator(".connection", { hasText: "Signed out" }).waitFor();
      const way = await page.getByRole("link", { name: "Sign in" }).getAttribute("href");
      const view = "/?severity=high&q=retail&threat=other";
      assert.equal(way, `/oauth2/start?rd=${encodeURIComponent(view)}`);
      await row(page, "threat-1").waitFor();
      await pane(page).getByText("You are signed out").waitFor();
      assert.equal(await account(page).count(), 0);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await violations(page), []);
      // In another tab, say.
      harness.backend.login.signedOut = false;
      harness.backend.threats = [makeThreat({ id: "missed", created_at: utc(-5) })];
      await page.locator(".header").hover();
      await row(page, "missed").waitFor();
      await account(page).waitFor();
      assert.equal(await signedOut(page).count(), 0);
      assert.equal(await pane(page).getByLabel("Note").inputValue(), "unsaved");
    });

    it("is noticed by any request, while the socket still lives", async () => {
      harness.backend.login.signIn("analyst");
      const page = await harness.openLive("?threat=threat-1");
      await account(page).waitFor();
      harness.backend.login.signedOut = true;
      await pane(page).getByRole("button", { name: "Resolve" }).click();
      await pane(page).getByText("You are signed out").waitFor();
      assert.equal(await account(page).count(), 0);
    });

    it("notices nothing where the proxy has renewed the token", async () => {
      harness.backend.login.signIn("analyst");
      const page = await harness.openLive();
      await account(page).waitFor();
      await page.evaluate(() => {
        const seen: string[] = [];
        Object.assign(globalThis, { seen });
        new MutationObserver(() => {
          if (/signed out/i.test(document.body.innerText)) {
            seen.push(document.body.innerText);
          }
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      harness.backend.login.refusals = 1;
      harness.backend.expireSockets();
      await until(() => harness.backend.connections === 2 && harness.backend.login.refusals === 0);
      await connection(page, "live").waitFor();
      assert.deepEqual(
        await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen),
        [],
      );
      await account(page).waitFor();
    });

    it("never sees what the roles do not allow while the page opens", async () => {
      harness.backend.login.signIn("reader");
      let answer = () => {};
      const held = new Promise<void>((resolve) => (answer = resolve));
      const page = await harness.open("", async (fresh) => {
        await fresh.route("**/api/session", async (route) => {
          await held;
          await route.continue();
        });
      });
      await connection(page, "live").waitFor();
      assert.equal(await trigger(page).count(), 0);
      answer();
      await account(page).waitFor();
      assert.equal(await trigger(page).count(), 0);
    });

    it("is asked for again where the first question fails after the connection has come", async () => {
      harness.backend.login.signIn("reader");
      let fail = () => {};
      const failing = new Promise<void>((resolve) => (fail = resolve));
      let asked = 0;
      const page = await harness.open("", async (fresh) => {
        await fresh.route("**/api/session", async (route) => {
          asked += 1;
          if (asked > 1) {
            await route.continue();
          } else {
            await failing;
            await route.abort();
          }
        });
      });
      await connection(page, "live").waitFor();
      fail();
      await account(page).waitFor();
    });

    it("has a page for who has signed out, which asks for nothing that needs a session", async () => {
      const page = await harness.open("signed-out.html");
      await page.getByRole("heading", { name: "Signed out" }).waitFor();
      const asks = page.locator("[src], link[href]:not([href='data:,'])");
      assert.equal(await asks.count(), 0);
      assert.deepEqual(await violations(page), []);
      await page.getByRole("link", { name: "Sign in" }).click();
      await connection(page, "live").waitFor();
    });

    it("has room on a phone", async () => {
      harness.backend.login.signIn("reader", "analyst");
      const page = await harness.openLive();
      for (const width of [360, 320]) {
        await page.setViewportSize({ width, height: 740 });
        assert.equal(await overflow(page), 0, `${width} px`);
        assert.deepEqual(await violations(page), []);
      }
    });
  });
}
