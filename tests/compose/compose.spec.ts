/** The application on Docker alone, as on a machine on which Kind cannot run. Tests build on each other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { ROOT } from "../../config/project";
import { docker } from "../../machine/docker";
import { httpGet } from "../../cluster/httpGet";
import { lines, must } from "../../machine/run";
import { launch, Window } from "../e2e/support/browser";
import { askAt } from "../e2e/support/stack";
import { until } from "../support/until";

const PORT = process.env["SOC_PORT"] ?? "8080";
const BASE = `http://localhost:${PORT}`;
/** A copy of what Compose reads that its user alone may read, as under umask 077. */
const COPY = fs.mkdtempSync(path.join(os.tmpdir(), "compose-"));
/** A project of its own: one that its user has stays as it is. */
const NAME = `soc-compose-test-${process.pid}`;
const compose = (...args: string[]) =>
  docker(["compose", "--project-name", NAME, "--file", "compose.yaml", ...args], {
    cwd: COPY,
    env: { ...process.env, SOC_PORT: PORT },
  });

/** What Jaeger says of a trace, as far as it is looked at. */
interface Jaeger {
  readonly data: readonly { readonly spans: readonly { readonly operationName: string }[] }[];
}

/** What Prometheus answers to an instant query. */
interface Prometheus {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

const OBSERVED = ["--profile", "observability"];

describe("docker compose up", function () {
  this.timeout("5m");
  this.bail(true);
  let browser: Browser;
  let threat: string;

  before(async () => {
    const files = ["compose.yaml", "compose", ".dockerignore", "charts", "backend", "frontend"];
    const listed = await must("git", ["ls-files", "--", ...files], { cwd: ROOT });
    for (const file of lines(listed)) {
      const copy = path.join(COPY, file);
      fs.mkdirSync(path.dirname(copy), { recursive: true, mode: 0o700 });
      fs.copyFileSync(path.join(ROOT, file), copy);
      fs.chmodSync(copy, 0o600);
    }
    await compose("up", "--build", "--detach", "--wait");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await compose(...OBSERVED, ...["down", "--volumes", "--remove-orphans", "--rmi", "local"]);
    fs.rmSync(COPY, { recursive: true });
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
    const ready = await fetch(`${BASE}/ready`);
    assert.equal(ready.status, 200);
    const { components } = (await ready.json()) as { components: { redis: boolean } };
    assert.equal(components.redis, true);
  });

  it("shows a threat that is triggered in the dashboard in a second window, too", async () => {
    const first = await Window.open(browser, BASE);
    const second = await Window.open(browser, BASE);
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
    const kept = (await (await fetch(`${BASE}/api/threats`)).json()) as { id: string }[];
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

  it("says where the pages are that the observability stack would have", async () => {
    const answer = await fetch(`${BASE}/jaeger`);
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /docker compose --profile observability up/);
  });

  it("has the observability stack with its profile, and a threat's trace and metrics in it", async () => {
    await compose(...OBSERVED, "up", "--detach", "--wait");
    await until("the backend to see the collector", 30, async () => {
      const { available } = await askAt<{ available: boolean }>(BASE, "/api/observability");
      return available || undefined;
    });
    const trigger = "/api/threats/trigger";
    const { trace_id: trace } = await askAt<{ trace_id: string }>(BASE, trigger, {});
    const spans = await until("the threat's trace", 30, async () => {
      const { data } = await askAt<Jaeger>(BASE, `/jaeger/api/traces/${trace}`);
      return data[0]?.spans;
    });
    assert.ok(spans.some(({ operationName }) => operationName === "analyze_threat"));
    const query = "sum(soc_threat_processing_duration_seconds_count)";
    await until("the threat's metric", 45, async () => {
      const at = `/prometheus/api/v1/query?query=${encodeURIComponent(query)}`;
      const { data } = await askAt<Prometheus>(BASE, at);
      return Number(data.result[0]?.value[1]) > 0 || undefined;
    });
    const { links } = await askAt<{ links: { logs: string | null } }>(BASE, "/api/observability");
    assert.equal(links.logs, null);
    const grafana = await askAt<{ uid: string }[]>(BASE, "/grafana/api/search?type=dash-db");
    assert.ok(grafana.some(({ uid }) => uid === "soc"));
  });

  it("shows the pages to no other site", async () => {
    const at = "/prometheus/api/v1/query?query=up";
    const headers = { origin: "https://evil.example" };
    const answer = await fetch(`${BASE}${at}`, { headers });
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
    const to = { host: "127.0.0.1", port: Number(PORT) };
    const foreign = await httpGet(new URL(`http://evil.example${at}`), to);
    assert.equal(foreign.status, 421);
    assert.equal((await fetch(`${BASE}/prometheus/-/quit`, { method: "POST" })).status, 405);
  });
});
