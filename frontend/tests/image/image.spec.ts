import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WebSocket } from "ws";
import { until } from "../support/until";
import { docker, hasDocker } from "./docker";

const FOLDER = join(import.meta.dirname, "../..");
const NAME = `soc-frontend-test-${process.pid}`;
const BACKEND = `${NAME}-backend`;

/** Where the backend measures and describes itself. */
const OPERATORS = [
  "/metrics",
  "/docs",
  "/docs/start.js",
  "/docs/swagger-ui.css",
  "/redoc",
  "/openapi.json",
];

interface Echo {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A copy of the package as a checkout under umask 077 has it, on a file system that keeps no executable bit. */
function closedCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), "soc-frontend-"));
  const own = (file: string) => !["node_modules", "dist"].includes(basename(file));
  cpSync(FOLDER, copy, { recursive: true, filter: own });
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
  return copy;
}

if (hasDocker()) {
  describe("the image, as hardened as the chart runs it", () => {
    let origin = "";

    before(async () => {
      const context = closedCopy();
      // With --quiet BuildKit would not say why it failed.
      await docker("build", "--tag", NAME, context).finally(() =>
        rmSync(context, { recursive: true }),
      );
      await docker("network", "create", NAME);
      await docker(
        ...["run", "--detach", "--name", BACKEND, "--network", NAME],
        ...["--volume", `${join(import.meta.dirname, "stubBackend.cjs")}:/stub.cjs:ro`],
        ...["node:24-slim", "node", "/stub.cjs"],
      );
      await docker(
        ...["run", "--detach", "--name", NAME, "--network", NAME, "--publish", "127.0.0.1::80"],
        ...["--read-only", "--tmpfs", "/tmp", "--user", "10001:10001"],
        ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
        ...["--env", `BACKEND_HOST=${BACKEND}`, NAME],
      );
      origin = `http://${await docker("port", NAME, "80/tcp")}`;
      await until(() => answers("/health"), 60_000);
    });

    after(async () => {
      await docker("rm", "--force", "--volumes", NAME, BACKEND);
      await docker("network", "rm", NAME);
      await docker("rmi", NAME);
    });

    // Bounded, so that one answer lost while the container starts cannot hang the set-up.
    const get = (path: string, headers: Record<string, string> = {}, from = origin) =>
      fetch(from + path, { headers, signal: AbortSignal.timeout(10_000) });
    const answers = async (path: string, from = origin) =>
      (await get(path, {}, from).catch(() => undefined))?.status === 200;

    async function echo(path: string, headers: Record<string, string> = {}): Promise<Echo> {
      const response = await get(path, headers);
      assert.equal(response.headers.get("cache-control"), null);
      return (await response.json()) as Echo;
    }

    it("runs as a numeric user that is not root", async () => {
      assert.equal(await docker("inspect", "--format", "{{.Config.User}}", NAME), "10001:10001");
    });

    it("serves the page, never from a stale cache, under a strict policy", async () => {
      for (const path of ["/", "/index.html", "/some/view"]) {
        const response = await get(path);
        assert.equal(response.status, 200);
        assert.match(await response.text(), /<div id="root">/);
        assert.equal(response.headers.get("cache-control"), "no-cache");
        const policy = response.headers.get("content-security-policy") ?? "";
        assert.match(policy, /^default-src 'none'; script-src 'self';/);
        assert.doesNotMatch(policy, /unsafe/);
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        assert.equal(response.headers.get("referrer-policy"), "no-referrer");
        assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
      }
    });

    it("serves hashed assets for a year, compressed", async () => {
      const page = await (await get("/")).text();
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
      assert.ok(script);
      const response = await get(script, { "accept-encoding": "gzip" });
      assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(response.headers.get("content-encoding"), "gzip");
      assert.match(response.headers.get("content-type") ?? "", /javascript/);
    });

    it("answers 404 for a missing asset, and lets nobody keep that", async () => {
      const response = await get("/assets/gone.js");
      assert.equal(response.status, 404);
      assert.equal(response.headers.get("cache-control"), null);
    });

    it("answers its own liveness", async () => {
      const response = await get("/healthz");
      assert.deepEqual(await response.json(), { status: "ok" });
    });

    it("hands the backend's paths on, unchanged", async () => {
      for (const path of ["/api/threats?limit=5&offset=%2F", "/health", "/ready"]) {
        assert.equal((await echo(path)).url, path);
      }
    });

    it("answers nobody for what the backend has for operators alone", async () => {
      for (const path of OPERATORS) {
        assert.equal((await get(path)).status, 404, path);
      }
    });

    it("tells the backend who asked, and how", async () => {
      const { headers } = await echo("/api/threats");
      assert.equal(`http://${headers.host}`, origin);
      assert.equal(headers["x-forwarded-proto"], "http");
      assert.match(headers["x-forwarded-for"] ?? "", /^[\d.]+$/);
      const behindTls = await echo("/api/threats", { "x-forwarded-proto": "https" });
      assert.equal(behindTls.headers["x-forwarded-proto"], "https");
    });

    it("carries WebSockets", async () => {
      const socket = new WebSocket(`${origin.replace("http", "ws")}/ws`);
      const [data] = (await once(socket, "message")) as [Buffer];
      assert.equal(String(data), '{"type":"ping"}');
      socket.terminate();
    });

    it("ignores any other upgrade: GET and POST reach the backend without it", async () => {
      for (const method of ["GET", "POST"]) {
        const call = request(`${origin}/api/threats`, {
          method,
          headers: { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c" },
        });
        call.end(method === "POST" ? "{}" : undefined);
        const [answer] = (await once(call, "response")) as [IncomingMessage];
        assert.equal(answer.statusCode, 200);
        const { headers } = JSON.parse(String(Buffer.concat(await answer.toArray()))) as Echo;
        assert.equal(headers.upgrade, undefined);
        assert.equal(headers.connection, "close");
        assert.equal(
          headers["transfer-encoding"] ?? headers["content-length"],
          method === "POST" ? "2" : undefined,
        );
      }
    });

    it("hands a body on while it comes, so that the backend can end one that takes too long", async () => {
      const call = request(`${origin}/api/threats`, {
        method: "POST",
        headers: { "content-length": 100 },
      });
      // What ends the call in the middle of its body is no fault of the test.
      call.on("error", () => undefined).write("{");
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      assert.equal(answer.statusCode, 200);
      call.destroy();
    });

    it("logs proxied requests as JSON lines", async () => {
      await echo("/api/logged");
      const lines = (await docker("logs", NAME)).split("\n");
      const paths = lines.map((line) => (JSON.parse(line) as { path: string }).path);
      assert.ok(paths.includes("/api/logged"));
    });

    /** Another container of the image in the same network, with more flags, until the work is done. */
    async function another(
      flags: readonly string[],
      work: (name: string) => Promise<void>,
    ): Promise<void> {
      const name = `${NAME}-other`;
      await docker(
        ...["run", "--detach", "--name", name, "--network", NAME],
        ...["--read-only", "--tmpfs", "/tmp", ...flags, NAME],
      );
      try {
        await work(name);
      } finally {
        await docker("rm", "--force", "--volumes", name);
      }
    }
    const serves = (name: string, url: string) =>
      docker("exec", name, "wget", "-q", "-O", "-", url).then(
        (text) => text.includes('"ok"'),
        () => false,
      );

    it("listens on both families where the kernel has both", () =>
      another(["--sysctl", "net.ipv6.conf.all.disable_ipv6=0"], async (name) => {
        for (const host of ["127.0.0.1", "[::1]"]) {
          await until(() => serves(name, `http://${host}/healthz`), 60_000);
        }
      }));

    it("starts and serves where IPv6 is switched off", () =>
      another(["--sysctl", "net.ipv6.conf.all.disable_ipv6=1"], (name) =>
        until(() => serves(name, "http://127.0.0.1/healthz"), 60_000),
      ));

    it("stops in time and in peace while a WebSocket is open", async () => {
      const other = `${NAME}-stopped`;
      await docker(
        ...["run", "--detach", "--name", other, "--network", NAME, "--publish", "127.0.0.1::80"],
        ...["--read-only", "--tmpfs", "/tmp", "--env", `BACKEND_HOST=${BACKEND}`, NAME],
      );
      try {
        const address = await docker("port", other, "80/tcp");
        await until(() => answers("/healthz", `http://${address}`), 60_000);
        const socket = new WebSocket(`ws://${address}/ws`);
        await once(socket, "message");
        const closed = once(socket, "close");
        await docker("stop", "--time", "25", other);
        await closed;
        assert.equal(await docker("inspect", "--format", "{{.State.ExitCode}}", other), "0");
      } finally {
        await docker("rm", "--force", "--volumes", other);
      }
    });

    it("starts before the backend, and finds it when it comes, and when it moves", async () => {
      const other = `${NAME}-early`;
      const late = `${NAME}-late`;
      const startBackend = (name: string) =>
        docker(
          ...["run", "--detach", "--name", name, "--network", NAME, "--network-alias", late],
          ...["--volume", `${join(import.meta.dirname, "stubBackend.cjs")}:/stub.cjs:ro`],
          ...["node:24-slim", "node", "/stub.cjs"],
        );
      await docker(
        ...["run", "--detach", "--name", other, "--network", NAME, "--publish", "127.0.0.1::80"],
        ...["--read-only", "--tmpfs", "/tmp", "--env", `BACKEND_HOST=${late}`, NAME],
      );
      try {
        const early = `http://${await docker("port", other, "80/tcp")}`;
        await until(() => answers("/", early), 60_000);
        const refused = await get("/api/threats", {}, early);
        assert.equal(refused.status, 502);
        assert.deepEqual(await refused.json(), { detail: "The backend cannot be reached" });
        await startBackend(`${late}-1`);
        await until(() => answers("/api/threats", early), 60_000);
        // The second one is there before the first one leaves, so it has another address.
        await startBackend(`${late}-2`);
        await docker("rm", "--force", "--volumes", `${late}-1`);
        await until(() => answers("/api/threats", early), 60_000);
      } finally {
        await docker("rm", "--force", "--volumes", other, `${late}-1`, `${late}-2`);
      }
    });

    it("goes on serving the page when the backend is gone", async () => {
      await docker("stop", BACKEND);
      assert.equal((await get("/api/threats")).status, 502);
      assert.equal((await get("/")).status, 200);
      assert.equal((await get("/healthz")).status, 200);
    });
  });
}
