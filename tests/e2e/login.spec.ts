/** The login before the dev stack, on a real cluster, with a real provider and in a real browser. Tests build on each other. */
import * as assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { mergeValues, type Values } from "../../config/values";
import { must } from "../../machine/run";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { launch } from "./support/browser";
import { OBSERVED, observedStack } from "./support/liveStack";
import { Provider } from "./support/provider";
import { callerPods, evaluate, type Caller } from "./support/reach";
import {
  ask,
  CLUSTER,
  KUBECONFIG,
  kubectl,
  mustUp,
  objects,
  type Pod,
  STACK,
  upWithoutChanges,
  URL as BASE,
} from "./support/stack";

const SECRET = "client-secret-canary";
/** As many groups as people have in a company: their tokens, and so the session's cookies, are large. */
const GROUPS = Array.from({ length: 120 }, (_, i) => `group-${i}-${"of-the-company".repeat(2)}`);
const USERS = { rita: ["soc-reader"], anna: ["soc-analyst", ...GROUPS], nils: [] };
/** How long a token lives, and may be taken for longer by the backend, for clocks that differ. */
const TOKEN_SECONDS = 45;
const TOLERANCE_SECONDS = 30;

/** A pod of the monitoring, which the policies let ask the backend for its metrics. */
const STRANGER: Caller = { namespace: "monitoring", name: "stranger" };
/** Program of a pod: what the backend answers to it. */
const CALL = `
  const { url, headers } = JSON.parse(process.argv[1]);
  const { status } = await fetch(url, { headers, signal: AbortSignal.timeout(3000) });
  console.log(JSON.stringify([String(status)]));`;

describe("the login on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let provider: Provider;
  let browser: Browser;
  let context: BrowserContext;
  /** Rita's dashboard, which stays open. */
  let page: Page;
  /** When each of its WebSockets ended, in ms since the epoch. */
  const ended: number[] = [];

  const withStack = (more: Values = {}) => project.configure(STACK, mergeValues(OBSERVED, more));
  const up = () => mustUp(project);
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${BASE}${path}`, { redirect: "manual", ...init });
    return { status: response.status, location: response.headers.get("location") ?? "" };
  };
  const tokenOf = async (role: string) => {
    const [secret] = await objects<{ metadata: { name: string }; data: Record<string, string> }>(
      project,
      ...["secrets", "--namespace", "soc-agent"],
    ).then((all) => all.filter(({ data }) => data?.["ingest"] !== undefined));
    return Buffer.from(secret?.data[role] ?? "", "base64").toString();
  };
  const as = (token: string, more: RequestInit = {}): RequestInit => ({
    ...more,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
  const TRIGGER = { method: "POST", body: '{"threat_type":"bot_traffic"}' };

  /** A browser in which somebody has signed in, on the dashboard or another page of the stack. */
  const signedIn = async (user: string, path = "/") => {
    const own = await browser.newContext({ ignoreHTTPSErrors: true });
    own.setDefaultTimeout(30_000);
    const window = await own.newPage();
    if (path === "/" && user === "rita") {
      window.on("websocket", (socket) => socket.on("close", () => void ended.push(Date.now())));
    }
    await window.goto(`${BASE}${path}`);
    await provider.signIn(window, user);
    await window.waitForURL(`${BASE}/**`);
    return { own, window };
  };
  /** Asks for a path from a page, as its scripts do. */
  const fromPage = (window: Page, path: string, init: RequestInit = {}) =>
    window.evaluate(
      async ([url, options]) => {
        const response = await fetch(url, options);
        return { status: response.status, body: await response.text() };
      },
      [path, init] as const,
    );

  before(async () => {
    ({ project } = await observedStack());
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await provider?.stop();
  });

  it("is switched on in a stack that runs, and its up proves it", async () => {
    await ask("/api/threats/trigger", {});
    provider = await Provider.start({
      client: { id: "soc", secret: SECRET, redirectUri: `${BASE}/oauth2/callback` },
      users: USERS,
      tokenSeconds: TOKEN_SECONDS,
    });
    project.write("provider.pem", provider.ca);
    withStack({
      auth: { issuer: provider.issuer, clientId: "soc", ca: "provider.pem" },
      values: { auth: { session: { refresh: "30s" } }, helmTest: { trigger: true } },
    });
    const key = ["config", "set", "--stack", STACK, "--secret", "authClientSecret", SECRET];
    await project.must("pulumi", key);
    const output = await up();
    assert.match(output, /answers: \/health, \/api\/threats, \//);
    assert.match(output, /metrics: \d+ of \d+ pods/);
    await upWithoutChanges(project);
  });

  it("lets nobody in without a token, whatever a header says, and sends browsers to the provider", async () => {
    const forged = { headers: { "x-auth-request-user": "anna", "x-forwarded-user": "anna" } };
    for (const init of [{}, forged, as("a.forged.token"), as("no-token-that-anybody-knows")]) {
      assert.equal((await get("/api/threats", init)).status, 401);
      assert.equal((await get("/api/threats/trigger", { ...TRIGGER, ...init })).status, 401);
    }
    for (const path of [
      ...["/", "/metrics", "/docs", "/openapi.json", "/grafana/", "/jaeger/api/services"],
      ...["/prometheus/api/v1/query?query=up", "/prometheus/", "/prometheus/-/reload"],
    ]) {
      const { status, location } = await get(path);
      assert.equal(status, 302, path);
      assert.ok(location.startsWith(`${provider.issuer}/`), `${path}: ${location}`);
    }
    assert.equal((await get("/health")).status, 200);
  });

  it("lets machines do what their role may, and no more", async () => {
    const [reader, ingest] = await Promise.all([tokenOf("reader"), tokenOf("ingest")]);
    const decide = { method: "PATCH", body: '{"status":"resolved","version":1}' };
    const table: readonly (readonly [string, string, RequestInit, number])[] = [
      [reader, "/api/threats", {}, 200],
      [reader, "/api/threats/trigger", TRIGGER, 403],
      [reader, "/api/threats/any", decide, 403],
      [ingest, "/api/threats", {}, 403],
      [ingest, "/api/threats/trigger", TRIGGER, 200],
      [ingest, "/api/threats/any", decide, 403],
    ];
    for (const [token, path, init, expected] of table) {
      const who = token === reader ? "reader" : "ingest";
      const { status } = await get(path, as(token, init));
      assert.equal(status, expected, `${who} ${init.method ?? "GET"} ${path}`);
    }
  });

  it("believes no pod that names a user, not even one of the monitoring", async () => {
    const [backend] = await objects<Pod>(
      project,
      ...["pods", "--namespace", "soc-agent", "--selector=app=soc-backend"],
    );
    const image = String(backend?.spec.containers[0]?.image);
    const items = callerPods([STRANGER], image, `${CLUSTER}-worker`);
    project.write("stranger.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl(project, "apply", "-f", "stranger.json");
    const running = "--for=jsonpath={.status.phase}=Running";
    await kubectl(project, "-n", "monitoring", "wait", running, "pod/stranger", "--timeout=60s");
    const answer = (path: string, headers: Record<string, string> = {}) =>
      evaluate(project, STRANGER, CALL, {
        url: `http://soc-agent-backend.soc-agent:8000${path}`,
        headers,
      });
    // A policy takes some seconds to know a new pod. Metrics are what it may ask for.
    await until("a way to the backend", 40, () =>
      answer("/metrics").then(
        ([status]) => status === "200" || undefined,
        () => undefined,
      ),
    );
    const forged = { "x-auth-request-user": "anna", "x-auth-request-groups": "soc-analyst" };
    assert.deepEqual(await answer("/api/threats", forged), ["401"]);
    await kubectl(project, "delete", "--wait=false", "-f", "stranger.json");
  });

  it("shows a reader the dashboard, who may decide nothing", async () => {
    const { own, window } = await signedIn("rita");
    [context, page] = [own, window];
    await page.locator('.connection[data-state="live"]').waitFor();
    await page.getByRole("group", { name: "Account" }).getByText("rita").waitFor();
    const { body } = await fromPage(page, "/api/session");
    assert.deepEqual((JSON.parse(body) as { roles: string[] }).roles, ["reader"]);
    const decision = {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: '{"status":"resolved","version":1}',
    };
    assert.equal((await fromPage(page, "/api/threats/any", decision)).status, 403);
    await page.locator("[data-threat-id]").first().click();
    const acknowledge = page.getByRole("button", { name: "Acknowledge" }).first();
    await acknowledge.waitFor();
    assert.equal(await acknowledge.getAttribute("aria-disabled"), "true");
  });

  it("lets an analyst decide, by name, in everybody's dashboard and in the log", async () => {
    const { own, window } = await signedIn("anna");
    await window.locator('.connection[data-state="live"]').waitFor();
    const row = window.locator("[data-threat-id]").first();
    const id = String(await row.getAttribute("data-threat-id"));
    await row.click();
    await window.getByRole("button", { name: "Acknowledge" }).first().click();
    await until("the decision", 20, async () => {
      const { body } = await fromPage(page, `/api/threats/${id}`);
      return body.includes('"anna"') || undefined;
    });
    const log = await kubectl(
      project,
      ...["-n", "soc-agent", "logs", "--selector=app=soc-backend", "--tail=500"],
    );
    const line = log.split("\n").find((text) => text.includes(id) && text.includes('"anna"'));
    assert.ok(line, "no audit line with who and which");
    assert.match(line, /"audit"/);
    await own.close();
  });

  it("has the stack's pages behind the same login, with data", async () => {
    const query = "/prometheus/api/v1/query?query=soc_threats_processed_total";
    const { status, body } = await fromPage(page, query);
    assert.equal(status, 200);
    const { data } = JSON.parse(body) as { data: { result: unknown[] } };
    assert.ok(data.result.length > 0, "no metrics of the backend since there is a login");
    for (const path of ["/grafana/api/search", "/jaeger/api/services"]) {
      assert.equal((await fromPage(page, path)).status, 200, path);
    }
    // What writes is no page of the stack: the dashboard's own server answers, and takes none.
    const reload = await fromPage(page, "/prometheus/-/reload", { method: "POST" });
    assert.ok([404, 405].includes(reload.status), `${reload.status}`);
  });

  it("keeps people out who have no role", async () => {
    const { own, window } = await signedIn("nils");
    await window
      .getByText(/forbidden/i)
      .first()
      .waitFor();
    // The proxy sends its request to the provider, which no script of another origin may read.
    for (const path of ["/grafana/api/search", "/prometheus/api/v1/query?query=up"]) {
      await assert.rejects(fromPage(window, path), /Failed to fetch/);
    }
    assert.equal((await fromPage(window, "/api/threats")).status, 401);
    await own.close();
  });

  // Before the next, which waits for a token to end.
  it("is passed by the stack's own checks, by tokens of their own", async () => {
    const where = ["--kubeconfig", KUBECONFIG, "--namespace", "soc-agent"];
    const tested = await project.must("helm", ["test", "soc-agent", "--logs", ...where]);
    for (const step of ["trigger", "list", "dashboard", "closed", "login"]) {
      assert.match(tested, new RegExp(`ok +${step}`));
    }
    const doctor = ["run", "doctor", "--", "observability", "--stack", STACK];
    assert.match(await project.must("npm", doctor), /It was seen everywhere/);
  });

  it("ends a socket with its token, and the dashboard goes on with the next one", async () => {
    const patience = 2 * TOKEN_SECONDS + TOLERANCE_SECONDS + 30;
    await until("the end of a socket", patience, () =>
      Promise.resolve(ended.length > 0 || undefined),
    );
    await page.locator('.connection[data-state="live"]').waitFor();
    const { id } = (await (
      await fetch(`${BASE}/api/threats/trigger`, as(await tokenOf("ingest"), TRIGGER))
    ).json()) as { id: string };
    await page.locator(`[data-threat-id="${id}"]`).waitFor();
  });

  it("leaves who signs out signed out, though the provider still knows them", async () => {
    await page.getByRole("link", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    assert.equal((await fromPage(page, "/api/session")).status, 401);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator('.connection[data-state="live"]').waitFor();
    await context.close();
  });

  it("keeps its secrets in Secrets", async () => {
    const tokens = await Promise.all(["reader", "ingest"].map(tokenOf));
    const where = ["--kubeconfig", project.path(KUBECONFIG), "--namespace", "soc-agent"];
    const told = await Promise.all([
      must("helm", ["get", "all", "soc-agent", ...where]),
      must("kubectl", [...where, "get", "configmaps,pods,deployments", "--output=yaml"]),
      must("kubectl", [...where, "logs", "--selector=app in (soc-auth, soc-backend)", "--tail=-1"]),
      project.must("pulumi", ["stack", "export", "--stack", STACK]),
    ]);
    for (const secret of [SECRET, ...tokens]) {
      assert.ok(secret.length > 10);
      assert.ok(!told.join("\n").includes(secret), "a secret in plain text");
    }
  });

  it("is switched off again, and nothing of it runs or is asked for", async () => {
    withStack();
    await up();
    assert.ok(Array.isArray(await ask("/api/threats")));
    const left = await kubectl(
      project,
      ...["-n", "soc-agent", "get", "deployments,services,networkpolicies", "-o", "yaml"],
    );
    assert.doesNotMatch(left, /soc-auth|oauth2|AUTH_|soc-agent-(login|session|tokens)/);
  });
});
