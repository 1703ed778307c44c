import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { render, type Values } from "./support/helm";
import { find, ofKind, type Pod } from "./support/manifest";
import { LOGIN } from "./support/profiles";

const podWith = async (values: Values = {}): Promise<Pod> =>
  find(await render({ values }), "Pod", "soc-agent-test");

/** Answers of an application, by `METHOD path`. */
type Answers = Readonly<Record<string, readonly [number, string]>>;

const THREAT = JSON.stringify({ id: "t-1" });
const GOOD: Answers = {
  "GET /health": [200, "{}"],
  "GET /ready": [200, "{}"],
  "POST /api/threats/trigger": [200, THREAT],
  "GET /api/threats?limit=100": [200, `[${THREAT}]`],
  "GET /": [200, "<html>"],
};

const TRIGGER: Values = { helmTest: { trigger: true } };

/** How the pod ended, and what it asked for. */
interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly asked: readonly string[];
}

/** Runs the pod's own command against an application that answers so. */
async function runPod(
  answers: Answers,
  values: Values = {},
  path = process.env["PATH"],
  tokens: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const { containers } = (await podWith(values)).spec;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    const who = authorization === undefined ? "" : ` ${authorization}`;
    asked.push(`${request.method} ${request.url}${who}`);
    const [status, body] = answers[asked.at(-1) ?? ""] ?? [404, "not found"];
    response.writeHead(status, status === 302 ? { location: body } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [program = "", ...flags] = containers[0]?.command ?? [];
  // The pod tries for 20 s, which is for a cluster's network to settle; here nothing has to.
  const args = (containers[0]?.args ?? []).map((text) =>
    text.replace("PATIENCE_SECONDS=20", "PATIENCE_SECONDS=0"),
  );
  const own = (containers[0]?.env ?? []).map(({ name, value = "" }) => [name, value]);
  const env = {
    ...process.env,
    PATH: path,
    ...Object.fromEntries(own),
    BACKEND_URL: url,
    FRONTEND_URL: url,
    ...("auth" in values && { AUTH_URL: `${url}/login` }),
    ...tokens,
  };
  const child = spawn(program === "sh" ? "/bin/sh" : program, [...flags, ...args], { env });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  server.close();
  server.closeAllConnections();
  return { code, output, asked };
}

describe("chart: tests/test-pod.yaml", function () {
  this.timeout(60_000);

  it("is a hook of helm test, run once, in the frontend's image, bounded in time", async () => {
    const image = { repository: "registry.example.com/soc", tag: "1", pullPolicy: "Always" };
    const { metadata, spec } = await podWith({ frontend: { image } });

    assert.equal(metadata.annotations?.["helm.sh/hook"], "test");
    assert.equal(spec.restartPolicy, "Never");
    assert.equal(spec.activeDeadlineSeconds, 60);
    assert.equal(spec.containers[0]?.image, "registry.example.com/soc:1");
    assert.equal(spec.containers[0]?.imagePullPolicy, "Always");
  });

  it("takes another image from values", async () => {
    const [container] = (await podWith({ helmTest: { image: "node:24-slim" } })).spec.containers;
    assert.equal(container?.image, "node:24-slim");
  });

  it("asks the Services, at the ports and paths that they have", async () => {
    const values = {
      backend: { service: { port: 9000 }, probes: { liveness: { path: "/live" } } },
      frontend: { service: { port: 8080 } },
    };
    const [container] = (await podWith(values)).spec.containers;
    assert.deepEqual(container?.env, [
      { name: "BACKEND_URL", value: "http://soc-agent-backend:9000" },
      { name: "FRONTEND_URL", value: "http://soc-agent-frontend:8080" },
      { name: "HEALTH_PATH", value: "/live" },
      { name: "READY_PATH", value: "/ready" },
    ]);
  });

  it("is absent when it is switched off, with its NetworkPolicy", async () => {
    const manifests = await render({ values: { helmTest: { enabled: false } } });
    assert.deepEqual(ofKind(manifests, "Pod"), []);
    assert.ok(
      !ofKind(manifests, "NetworkPolicy").some(({ metadata: { name } }) => /test/.test(name)),
    );
  });

  it("reads only: it leaves no threat among those of production", async () => {
    const { code, output, asked } = await runPod(GOOD);
    assert.equal(code, 0, output);
    assert.deepEqual(asked, ["GET /health", "GET /ready", "GET /api/threats?limit=100", "GET /"]);
    assert.deepEqual(
      output.trim().split("\n"),
      ["health", "ready", "list", "dashboard"].map((step) => `ok      ${step}`),
    );
  });

  it("triggers a threat where that is asked for, and looks for it in the list", async () => {
    const { code, output } = await runPod(GOOD, TRIGGER);
    assert.equal(code, 0, output);
    assert.deepEqual(
      output.trim().split("\n"),
      ["health", "ready", "trigger", "list", "dashboard"].map((step) => `ok      ${step}`),
    );
  });

  const CLOSED: Answers = {
    ...GOOD,
    "GET /api/threats": [401, "{}"],
    "GET /api/threats?limit=100": [401, "{}"],
    "GET /api/threats?limit=100 Bearer may-read": [200, `[${THREAT}]`],
    "POST /api/threats/trigger": [401, "{}"],
    "POST /api/threats/trigger Bearer may-send": [200, THREAT],
    "GET /login/": [302, "https://login.example.com/auth?response_type=code"],
  };
  const TOKENS = { READER_TOKEN: "may-read", INGEST_TOKEN: "may-send" };

  it("reads and triggers with its tokens behind a login, and sees that others get nothing", async () => {
    const values = { ...LOGIN, ...TRIGGER };
    const { code, output } = await runPod(CLOSED, values, undefined, TOKENS);
    assert.equal(code, 0, output);
    assert.deepEqual(
      output.trim().split("\n"),
      ["health", "ready", "trigger", "list", "dashboard", "closed", "login"].map(
        (step) => `ok      ${step}`,
      ),
    );
  });

  it("leaves the list out behind a login where it has no token", async () => {
    const { code, output } = await runPod(CLOSED, LOGIN);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /list/);
  });

  const OPEN: readonly (readonly [string, Answers, RegExp])[] = [
    ["everybody may read", { "GET /api/threats": [200, "[]"] }, /failed {2}closed: .*answered 200/],
    ["nobody is sent to log in", { "GET /login/": [200, ""] }, /failed {2}login: .*answered 200/],
  ];
  for (const [title, answers, expected] of OPEN) {
    it(`fails behind a login where ${title}`, async () => {
      const { code, output } = await runPod({ ...CLOSED, ...answers }, LOGIN, undefined, TOKENS);
      assert.equal(code, 1, output);
      assert.match(output, expected);
    });
  }

  it("says so when its image has no curl", async () => {
    const { code, output } = await runPod(GOOD, {}, "/nowhere");
    assert.equal(code, 1, output);
    assert.match(output, /this image has no curl: .* helmTest\.image/);
  });

  it("understands JSON with spaces and lines, as other languages write it", async () => {
    const threat = JSON.stringify({ id: "t-1", signal: { id: "s-1" } }, null, 2);
    const answers: Answers = {
      ...GOOD,
      "POST /api/threats/trigger": [200, `${threat}\n`],
      "GET /api/threats?limit=100": [200, `[\n${threat}\n]\n`],
    };
    const { code, output } = await runPod(answers, TRIGGER);
    assert.equal(code, 0, output);
  });

  const LIST = "GET /api/threats?limit=100";
  const faults: readonly (readonly [string, Answers, RegExp, Values?])[] = [
    ["health is not", { "GET /health": [500, "broken"] }, /failed {2}health: .*500: broken/],
    ["it is not ready", { "GET /ready": [503, "no Redis"] }, /failed {2}ready: .*503: no Redis/],
    [
      "a trigger fails",
      { "POST /api/threats/trigger": [422, "{}"] },
      /failed {2}trigger: .*422/,
      TRIGGER,
    ],
    [
      "the list lacks the threat",
      { [LIST]: [200, "[]"] },
      /failed {2}list: threat t-1, which was just triggered, is not in the list/,
      TRIGGER,
    ],
    ["the list is away", { [LIST]: [500, "oops"] }, /failed {2}list: .*500: oops/],
    ["the list is none", { [LIST]: [200, "{}"] }, /failed {2}list: .* answered no list: \{\}/],
    ["the dashboard is away", { "GET /": [502, ""] }, /failed {2}dashboard: .*502/],
  ];
  for (const [title, answers, message, values] of faults) {
    it(`fails, and says why, when ${title}`, async () => {
      const { code, output } = await runPod({ ...GOOD, ...answers }, values);
      assert.equal(code, 1, output);
      assert.match(output, message);
    });
  }
});
