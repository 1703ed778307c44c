import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { figure, Harness, isFocused, link, pane, row, rowIds } from "../support/harness";
import { MAX_THREATS } from "../../src/state/threats";
import { makeThreat, utc } from "../support/threats";
import { until } from "../support/until";

if (hasBrowser()) {
  describe("decisions on a threat, in a real browser", () => {
    const harness = new Harness();
    const button = (page: Page, name: string) => pane(page).getByRole("button", { name });
    const pressed = (page: Page, name: string) =>
      pane(page).getByRole("button", { name, pressed: true }).waitFor();

    beforeEach(() => {
      harness.backend.threats = [makeThreat(), makeThreat({ id: "other" })];
    });

    it("take it up, and out of the queue once it is closed", async () => {
      const page = await harness.openLive("?review=1&threat=threat-1");
      await button(page, "Acknowledge").click();
      await pressed(page, "Acknowledge");
      await row(page, "threat-1").getByText("Acknowledged").waitFor();
      await button(page, "Resolve").click();
      await row(page, "threat-1").waitFor({ state: "detached" });
      await pane(page).getByText("Resolved", { exact: true }).first().waitFor();
      assert.deepEqual(await rowIds(page), ["other"]);
      await figure(page, "review")
        .and(page.getByText("1", { exact: true }))
        .waitFor();
      assert.equal(await pane(page).locator(".due").count(), 0);
      await button(page, "False positive").click();
      await button(page, "False positive").and(page.locator("[aria-pressed=true]")).click();
      await row(page, "threat-1").waitFor();
    });

    it("are made by keys in the detail, and by none in a field", async () => {
      const page = await harness.openLive();
      await link(page, "threat-1").click();
      await page.keyboard.press("a");
      await pressed(page, "Acknowledge");
      await page.keyboard.press("n");
      const note = pane(page).getByLabel("Note");
      assert.ok(await isFocused(note));
      await page.keyboard.type("a safe note");
      await page.keyboard.press("Escape");
      assert.equal(await note.inputValue(), "a safe note");
      await button(page, "Save").click();
      await pane(page).getByText("Note: by unknown").waitFor();
      await pressed(page, "Acknowledge");
      assert.equal(harness.backend.threats[0]?.note, "a safe note");
    });

    it("are made on several together, and say which ones could not be changed", async () => {
      const newest = ["raced", "gone", "fine", "left"].map((id, n) =>
        makeThreat({ id, created_at: utc(-9 + n) }),
      );
      harness.backend.threats = [...newest, makeThreat({ requires_human_review: false })];
      const page = await harness.openLive();
      for (const id of ["raced", "gone", "fine"]) {
        await row(page, id).getByRole("checkbox").check();
      }
      const bar = page.getByRole("region", { name: "Chosen threats" });
      await bar.getByText("3 chosen").waitFor();
      assert.equal(await pane(page).count(), 0, "a threat was opened");
      // Behind the page's back: nobody told it.
      harness.backend.threats = harness.backend.threats
        .filter(({ id }) => id !== "gone")
        .map((threat) =>
          threat.id === "raced" ? { ...threat, version: 2, status: "analyzing" } : threat,
        );
      let goOn = () => {};
      const held = new Promise<void>((resolve) => (goOn = resolve));
      await page.route("**/api/threats/raced", async (route) => {
        await held;
        await route.continue();
      });
      await bar.getByRole("button", { name: "Resolve" }).click();
      // It is chosen while the others are changed.
      await row(page, "left").getByRole("checkbox").check();
      goOn();
      await bar.getByText("Resolve: 1 threat changed").waitFor();
      const problems = await bar.getByRole("alert").getByRole("listitem").allInnerTexts();
      assert.match(problems[0] ?? "", /somebody else was faster, it is now acknowledged$/);
      assert.match(problems[1] ?? "", /Threat not found \(HTTP 404\)$/);
      assert.equal(problems.length, 2);
      assert.equal(harness.backend.threats.find(({ id }) => id === "fine")?.status, "resolved");
      assert.equal(harness.backend.threats.find(({ id }) => id === "left")?.status, "completed");
      await page.locator(".header").hover();
      await row(page, "gone").waitFor({ state: "detached" });
      await bar.getByText("2 chosen").waitFor();
      await bar.getByRole("button", { name: "Resolve" }).click();
      await bar.getByText("Resolve: 2 threats changed").waitFor();
      await until(() => harness.backend.threats[0]?.status === "resolved");
    });

    it("and the way through the list are on keys, which can be switched off", async () => {
      const page = await harness.openLive();
      await page.keyboard.press("j");
      assert.ok(await isFocused(link(page, "threat-1")));
      await page.keyboard.press("j");
      assert.ok(await isFocused(link(page, "other")));
      await page.keyboard.press("x");
      await page.getByText("1 chosen").waitFor();
      assert.ok(await row(page, "other").getByRole("checkbox").isChecked());
      await page.keyboard.press("Enter");
      await page.keyboard.press("k");
      await until(() => page.url().endsWith("?threat=threat-1"));
      await page.keyboard.press("Control+e");
      await page.keyboard.press("e");
      await pressed(page, "Resolve");
      assert.equal(harness.backend.threats[0]?.version, 2);
      await page.keyboard.press("/");
      await page.keyboard.type("jkex?");
      assert.equal(await page.getByRole("searchbox").inputValue(), "jkex?");
      await page.getByRole("searchbox").fill("");
      await row(page, "other").getByRole("link").focus();
      await page.keyboard.press("?");
      const help = page.getByRole("dialog", { name: "Keys" });
      await help.getByText("Next threat").waitFor();
      await page.keyboard.press("Escape");
      await help.waitFor({ state: "hidden" });
      assert.equal(await pane(page).count(), 1, "the opened threat was closed, too");
      await page.getByRole("button", { name: "Keys" }).click();
      await help.getByLabel("Single keys act").uncheck();
      await help.getByRole("button", { name: "Close" }).click();
      await row(page, "other").getByRole("link").focus();
      await page.keyboard.press("k");
      assert.match(page.url(), /threat=threat-1$/);
      assert.ok(await isFocused(link(page, "other")));
    });

    it("come from others in place, without what is being written", async () => {
      const page = await harness.openLive("?threat=threat-1");
      await pane(page).getByLabel("Note").fill("mine");
      harness.backend.update(makeThreat({ version: 2, assignee: "Ada", status: "analyzing" }));
      await row(page, "threat-1").getByText("Ada").waitFor();
      await pressed(page, "Acknowledge");
      assert.equal(await pane(page).getByLabel("Assigned to").inputValue(), "Ada");
      assert.equal(await pane(page).getByLabel("Note").inputValue(), "mine");
    });

    it("that come too late show what it is by now, and lose nothing that was written", async () => {
      const page = await harness.openLive("?threat=threat-1");
      await pane(page).getByLabel("Note").fill("mine");
      harness.backend.update(
        makeThreat({ version: 2, assignee: "Ada", note: "theirs", status: "resolved" }),
      );
      await row(page, "threat-1").getByText("Ada").waitFor();
      await button(page, "Save").click();
      await pane(page)
        .getByRole("alert")
        .getByText("It is now resolved, assigned to Ada, with the note “theirs”")
        .waitFor();
      assert.equal(await pane(page).getByLabel("Note").inputValue(), "mine");
      assert.equal(harness.backend.threats[0]?.note, "theirs");
      await button(page, "Save").click();
      await pane(page).getByText("Note: by unknown").waitFor();
      assert.deepEqual(
        [harness.backend.threats[0]?.note, harness.backend.threats[0]?.assignee],
        ["mine", "Ada"],
      );
      assert.equal(await pane(page).getByRole("alert").count(), 0);
    });

    it("are of what is no longer listed, too", async () => {
      harness.backend.threats = Array.from({ length: MAX_THREATS }, (_, n) =>
        makeThreat({ id: `newer-${n}`, created_at: utc(-MAX_THREATS + n) }),
      );
      harness.backend.unlisted = [makeThreat({ id: "elsewhere" })];
      const page = await harness.openLive("?threat=elsewhere");
      await row(page, `newer-${MAX_THREATS - 1}`).waitFor();
      await button(page, "Confirmed").click();
      await pressed(page, "Confirmed");
    });
  });
}
