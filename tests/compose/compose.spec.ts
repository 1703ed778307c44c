/** The application on Docker alone, as on a machine on which Kind cannot run. Tests build on each other. */
import * as assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { ROOT } from "../../config/project";
import { docker } from "../../machine/docker";
import { lines } from "../../machine/run";
import { launch, Window } from "../e2e/support/browser";

const PORT = process.env["SOC_PORT"] ?? "8080";
const URL = `http://localhost:${PORT}`;
/** A project of its own: one that its user has stays as it is. */
const NAME = `soc-compose-test-${process.pid}`;
const compose = (...args: string[]) =>
  docker(["compose", "--project-name", NAME, "--file", "compose.yaml", ...args], {
    cwd: ROOT,
    env: { ...process.env, SOC_PORT: PORT },
  });

describe("docker compose up", function () {
  this.timeout("5m");
  this.bail(true);
  let browser: Browser;
  let threat: string;

  before(async () => {
    await compose("up", "--build", "--detach", "--wait");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await compose("down", "--volumes", "--remove-orphans");
    const left = lines(await docker(["ps", "--all", "--quiet", "--filter", `name=${NAME}`]));
    assert.deepEqual(left, []);
  });

  const container = async (service: string) => (await compose("ps", "--quiet", service)).trim();

  it("has everything healthy when it returns, and on the loopback interface", async () => {
    for (const service of ["redis", "backend", "frontend"]) {
      const health = await docker([
        ...["inspect", "--format", "{{.State.Health.Status}}"],
        await container(service),
      ]);
      assert.equal(health.trim(), "healthy", service);
    }
    assert.equal((await compose("port", "frontend", "80")).trim(), `127.0.0.1:${PORT}`);
    const ready = await fetch(`${URL}/ready`);
    assert.equal(ready.status, 200);
    const { components } = (await ready.json()) as { components: { redis: boolean } };
    assert.equal(components.redis, true);
  });

  it("shows a threat that is triggered in the dashboard in a second window, too", async () => {
    const first = await Window.open(browser, URL);
    const second = await Window.open(browser, URL);
    const before = await first.rowIds();
    await first.page.getByRole("button", { name: "Choose a threat" }).click();
    await first.page.getByRole("menuitem", { name: /^Critical threat/ }).click();
    await second.page.locator("[data-threat-id]").nth(before.length).waitFor();
    [threat = ""] = await second.rowIds();
    assert.deepEqual(await second.rowIds(), [threat, ...before]);
    await first.row(threat).waitFor();
    await first.close();
    await second.close();
  });

  it("keeps threats and the password when everything is made again", async () => {
    const password = () => compose("exec", "--no-TTY", "redis", "cat", "/run/redis/password");
    const drawn = await password();
    assert.match(drawn, /^[0-9a-f]{48}$/);
    await compose("down");
    await compose("up", "--detach", "--wait");
    assert.equal(await password(), drawn);
    const kept = (await (await fetch(`${URL}/api/threats`)).json()) as { id: string }[];
    assert.ok(kept.some(({ id }) => id === threat));
  });

  it("shows the password to nobody: no environment, no command line, no other container", async () => {
    const password = await compose("exec", "--no-TTY", "backend", "cat", "/run/redis/password");
    const all = (await compose("ps", "--all", "--quiet")).trim().split("\n");
    const inspected = await docker(["inspect", ...all]);
    const logs = await compose("logs");
    assert.ok(!`${inspected}${logs}`.includes(password));
    await assert.rejects(compose("exec", "--no-TTY", "frontend", "cat", "/run/redis/password"));
    await assert.rejects(
      compose("exec", "--no-TTY", "redis", "sh", "-c", "redis-cli info | grep redis_version"),
    );
  });
});
