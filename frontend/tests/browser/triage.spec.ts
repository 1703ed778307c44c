import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { hasBrowser } from "../support/browser";
import { figure, Harness, isFocused, link, pane, row, rowIds } from "../support/harness";
import { MAX_THREATS } from "../../src/state/threats";
import { makeThreat, utc } from "../support/threats";

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
