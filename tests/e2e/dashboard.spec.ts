/** The dashboard on a real cluster, in a real browser. Tests build on each other. */
import * as assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { launch, Window } from "./support/browser";
import { liveStack } from "./support/liveStack";
import { ask, kubectl } from "./support/stack";

interface Threat {
  readonly id: string;
  readonly severity: string;
}

describe("the dashboard on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let browser: Browser;
  let first: Window;
  let second: Window;
  /** A threat that every window has. */
  let known: Threat;

  const trigger = (wish: object) => ask<Threat>("/api/threats/trigger", wish);
  const scaleBackend = (replicas: number) =>
    kubectl(project, "scale", "deploy/soc-agent-backend", `--replicas=${replicas}`);

  before(async () => {
    ({ project } = await liveStack());
    browser = await launch();
    first = await Window.open(browser);
    second = await Window.open(browser);
  });

  after(async () => {
    await browser?.close();
  });

  it("shows a threat that one window triggers in both, once each", async () => {
    const before = await ask<Threat[]>("/api/threats?limit=100");
    await first.page.getByRole("button", { name: "Choose a threat" }).click();
    await first.page.getByRole("menuitem", { name: /^Critical threat/ }).click();
    known = await until("the threat", 15, async () => {
      const [newest, ...older] = await ask<Threat[]>("/api/threats?limit=100");
      return older.length === before.length ? newest : undefined;
    });
    for (const window of [first, second]) {
      await window.row(known.id).waitFor();
      assert.deepEqual(await window.rowIds(), [known.id, ...before.map(({ id }) => id)]);
    }
  });

  it("keeps the figures that the backend gives", async () => {
    await trigger({ threat_type: "geo_anomaly" });
    const { total_threats } = await ask<{ total_threats: number }>("/api/analytics");
    const figure = second.page.locator(".metric", { hasText: "Threats" }).locator(".metric-value");
    await figure.getByText(String(total_threats), { exact: true }).waitFor();
    const stored = (await ask<Threat[]>("/api/threats?limit=100")).length;
    await second.page.getByText(`${stored} stored`).waitFor();
  });

  it("filters, opens, and shows the same after a reload", async () => {
    const { page } = first;
    await page.getByRole("searchbox").fill(`healthcare ${known.id}`);
    await until("one row", 10, async () => (await first.rowIds()).join() === known.id || undefined);
    await first.row(known.id).getByRole("link").click();
    const detail = page.locator(".pane");
    for (const title of ["Summary", "Proposed response", "Agents", "Evidence", "Timeline"]) {
      await detail.getByRole("heading", { name: title }).waitFor();
    }
    await page.reload();
    await first.connection("live").waitFor();
    await detail.getByRole("heading", { name: /Device compromise/ }).waitFor();
    assert.deepEqual(await first.rowIds(), [known.id]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear filters" }).click();
    // The list stands still as long as the pointer is over it.
    await page.locator(".header").hover();
  });

  it("comes back from a lost network with what it missed, in order, once each", async () => {
    await second.setOffline(true);
    await second.connection("waiting").waitFor();
    await second.page.getByText("No live connection.").waitFor();
    const missed = [await trigger({}), await trigger({}), await trigger({})];
    for (const { id } of missed) {
      await first.row(id).waitFor();
      assert.equal(await second.row(id).count(), 0);
    }
    await second.setOffline(false);
    await second.connection("live").waitFor();
    for (const { id } of missed) {
      await second.row(id).waitFor();
    }
    assert.deepEqual(await second.rowIds(), await first.rowIds());
  });

  it("tells the truth while there is no backend, and heals by itself when it is back", async () => {
    await scaleBackend(0);
    await first.page.getByText("No live connection.").waitFor({ timeout: 60_000 });
    await first.row(known.id).waitFor();
    // Who comes now gets the page, and the reason why there is nothing on it, also where the ingress controller sends
    // requests to a pod that is just going, in which they hang.
    await second.page.reload();
    await second.page.getByText("The threats could not be loaded").waitFor();

    await scaleBackend(2);
    const wait = ["--for=condition=Available", "deploy/soc-agent-backend", "--timeout=120s"];
    await kubectl(project, "wait", ...wait);
    for (const window of [first, second]) {
      await window.connection("live").waitFor({ timeout: 60_000 });
      await window.row(known.id).waitFor();
    }
    const after = await trigger({ threat_type: "bot_traffic" });
    for (const window of [first, second]) {
      await window.row(after.id).waitFor();
    }
  });

  it("reaches the backend through its own web server, too", async () => {
    // From inside: network policies let nobody else than the ingress controller in.
    const fetch = ["wget", "-qO-", "-T", "10", "http://127.0.0.1/ready"];
    const answer = await kubectl(project, "exec", "deploy/soc-agent-frontend", "--", ...fetch);
    assert.equal(JSON.parse(answer).status, "ready");
  });

  it("has broken no content security policy, and thrown nothing", async () => {
    await first.close();
    await second.close();
  });
});
