import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { readMachineTokens } from "../src/config/machineTokens.js";
import type { LoginConfig } from "../src/config/login.js";
import { WsClient } from "./support/client.js";
import { eventually } from "./support/eventually.js";
import { Pod, startLocalPod, type LocalPod } from "./support/pod.js";
import { AUDIENCE, OidcFixture } from "./support/provider.js";
import { RawHttp } from "./support/rawHttp.js";

const READ_EVERY_MS = 50;
const token = (name: string): string => `machine-token-of-${name}-0123456789`;
const bearer = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });

/** A folder as Kubernetes mounts a Secret: links through `..data`, which leads to another version at once. */
class SecretFolder {
  readonly path = mkdtempSync(join(tmpdir(), "soc-secret-"));
  #version = 0;

  write(files: Readonly<Record<string, string>>): void {
    const version = `..${(this.#version += 1)}`;
    mkdirSync(join(this.path, version));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.path, version, name), content);
      rmSync(join(this.path, name), { force: true });
      symlinkSync(join("..data", name), join(this.path, name));
    }
    symlinkSync(version, join(this.path, "..next"));
    renameSync(join(this.path, "..next"), join(this.path, "..data"));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

describe("login of sockets and machines", function () {
  this.timeout(60_000);
  let provider: OidcFixture;
  let secret: SecretFolder;
  let pod: LocalPod;
  const lines: string[] = [];
  const clients: WsClient[] = [];

  beforeEach(async () => {
    secret = new SecretFolder();
    secret.write({ reader: token("reader"), "ingest.wazuh": `${token("wazuh")}\n` });
    provider = await OidcFixture.start({ reader: ["soc-reader"], ingest: ["soc-ingest"] });
    const login: LoginConfig = {
      oidc: {
        issuer: provider.issuer,
        audience: AUDIENCE,
        rolesClaim: "groups",
        groups: { reader: ["soc-reader"], analyst: [], ingest: ["soc-ingest"] },
      },
      tokensDir: secret.path,
    };
    lines.length = 0;
    pod = await startLocalPod({ login }, { readTokensEveryMs: READ_EVERY_MS }, lines);
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await pod.app.close();
    await provider.close();
    secret.remove();
  });

  const connect = async (text: string): Promise<WsClient> => {
    const client = await WsClient.connect(pod.api.port, bearer(text));
    clients.push(client);
    return client;
  };
  const status = async (text: string): Promise<number> =>
    (await pod.api.as(text).get("/api/session")).status;

  /** The answer to an upgrade that is refused. */
  const refusal = (headers: Readonly<Record<string, string>>) =>
    new Promise<{ status: number; challenge: unknown; text: string }>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${pod.api.port}/ws`, { headers });
      socket.on("error", reject);
      socket.on("open", () => reject(new Error("it opened")));
      socket.on("unexpected-response", (_request, answer) => {
        void answer.toArray().then((parts: Buffer[]) => {
          const challenge = answer.headers["www-authenticate"];
          const text = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode ?? 0, challenge, text });
        }, reject);
      });
    });

  it("opens a socket for readers alone", async () => {
    assert.deepEqual(await refusal({}), {
      status: 401,
      challenge: "Bearer",
      text: '{"detail":"Sign in, or send a token as Authorization: Bearer TOKEN"}',
    });
    const expired = await refusal(bearer(await provider.sign({ exp: 1 })).headers);
    assert.deepEqual([expired.status, expired.challenge], [401, 'Bearer error="invalid_token"']);
    const sensor = await refusal(bearer(await provider.signIn("ingest")).headers);
    assert.deepEqual(
      [sensor.status, sensor.text],
      [403, '{"detail":"A WebSocket at /ws needs the role reader, and ingest has ingest"}'],
    );
    const client = await connect(await provider.signIn("reader"));
    assert.equal(client.messages[0]?.type, "initial_batch");
  });

  it("closes both ends of a connection that it refuses, whose client keeps its own open", async () => {
    const open = await startLocalPod({ login: { oidc: null, tokensDir: secret.path } });
    const client = await RawHttp.to(open.api.port);
    try {
      client.send([
        ...["GET /ws HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"],
        ...["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
      ]);
      assert.equal((await client.answer()).status, 401);
      assert.equal(await open.app.close(2_000), true, "nothing had to be cut");
    } finally {
      client.socket.destroy();
    }
  });

  it("takes the cookies that come along behind a proxy for login", async () => {
    const { authorization } = bearer(token("reader")).headers;
    const headers = { authorization, cookie: `_oauth2_proxy=${"x".repeat(30 * 1024)}` };
    assert.equal((await pod.api.get("/api/threats", { headers })).status, 200);
    const client = await WsClient.connect(pod.api.port, { headers });
    clients.push(client);
    assert.equal(client.messages[0]?.type, "initial_batch");
  });

  it("ends a socket with its token, and no other", async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { groups: ["soc-reader"] };
    // Of the half minute by which clocks may differ, all but five seconds are over.
    const short = await connect(await provider.sign({ ...claims, exp: seconds - 25 }));
    // Longer than a timer takes, which would else be over at once.
    const long = await connect(await provider.sign({ ...claims, exp: seconds + 90 * 86_400 }));
    await eventually(() => short.closeCode !== null, "the token has expired");
    assert.deepEqual([short.closeCode, short.closeReason], [3000, "The token has expired"]);
    assert.equal(long.closeCode, null);
  });

  it("follows a Secret: what is new counts, what is gone does not, and its sockets end", async () => {
    const client = await connect(token("reader"));
    assert.equal(await status(token("next")), 401);
    secret.write({ reader: token("next"), "ingest.wazuh": token("wazuh") });
    await eventually(() => client.closeCode !== null, "the old token is gone");
    assert.deepEqual(
      [client.closeCode, client.closeReason],
      [3000, "The token is not valid any more"],
    );
    assert.equal(await status(token("reader")), 401);
    assert.equal(await status(token("next")), 200);
    const stays = await connect(token("next"));
    secret.write({ reader: token("next"), "ingest.wazuh": "short", "reader.two": token("two") });
    await eventually(async () => (await status(token("two"))) === 200, "a token that is added");
    assert.equal(await status(token("wazuh")), 401);
    const last = { "ingest.wazuh": "short", "reader.two": token("two") };
    secret.write({ ...last, reader: token("next"), "reader.three": token("three") });
    await eventually(async () => (await status(token("three"))) === 200, "another reading");
    assert.equal(stays.closeCode, null);
    const told = lines.filter((line) => line.includes("others here are not accepted"));
    assert.equal(told.length, 1, "once, however often it is read");
    assert.match(
      told[0] ?? "",
      /ingest\.wazuh must hold at least 20 characters .*got 5 characters/,
    );
  });

  it("takes a token that comes a second time from neither file", async () => {
    const client = await connect(token("reader"));
    const both = { reader: token("reader"), "analyst.copy": token("reader") };
    secret.write({ ...both, "ingest.wazuh": token("wazuh") });
    await eventually(() => client.closeCode !== null, "it is not accepted any more");
    assert.equal(await status(token("reader")), 401);
    assert.equal(await status(token("wazuh")), 200);
    assert.ok(lines.some((line) => line.includes("analyst.copy and reader have the same token")));
  });

  it("keeps what it knows while it cannot be read, and says so", async () => {
    const client = await connect(token("reader"));
    const told = (text: string) => eventually(() => lines.join("").includes(text), text);
    const away = `${secret.path}-away`;
    renameSync(secret.path, away);
    await told(`got \\"${secret.path}\\" (ENOENT)`);
    assert.equal(await status(token("wazuh")), 200);
    renameSync(away, secret.path);
    const file = join(secret.path, "reader");
    rmSync(file);
    mkdirSync(file);
    await told(`${file} cannot be read (EISDIR)`);
    assert.equal(await status(token("reader")), 200);
    assert.equal(client.closeCode, null);
    rmSync(file, { recursive: true });
    await eventually(() => client.closeCode !== null, "it is gone");
  });

  it("takes a machine token only as a whole", async () => {
    for (const wrong of [`${token("wazuh")}x`, token("wazuh").slice(0, -1), token("wazuH")]) {
      assert.equal(await status(wrong), 401, wrong);
    }
    assert.equal(await status(token("wazuh")), 200);
  });
});

describe("readMachineTokens", () => {
  it("names every file that cannot be used, without what is in it", () => {
    const secret = new SecretFolder();
    try {
      secret.write({
        reader: token("reader"),
        "analyst.copy": token("reader"),
        "ingest.other": token("other"),
        "ingest.short": "hidden",
        "ingest.spaces": "hidden hidden hidden hidden",
        admin: token("admin"),
      });
      mkdirSync(join(secret.path, "ingest.folder"));
      const { tokens, problems } = readMachineTokens(secret.path);
      assert.deepEqual(
        tokens.map(({ name, role }) => [name, role]),
        [["ingest.other", "ingest"]],
      );
      const text = problems.join("\n").replaceAll(`${secret.path}/`, "");
      const characters = "at least 20 characters of A-Z a-z 0-9 - . _ ~ + /";
      assert.deepEqual(text.split("\n"), [
        "AUTH_TOKENS_DIR: the name of admin must be one of reader, analyst, ingest, or such as ingest.wazuh",
        "AUTH_TOKENS_DIR: ingest.folder cannot be read (EISDIR)",
        `AUTH_TOKENS_DIR: ingest.short must hold ${characters}, got 6 characters; openssl rand -hex 32 makes some`,
        `AUTH_TOKENS_DIR: ingest.spaces must hold ${characters}, got 27 characters; openssl rand -hex 32 makes some`,
        "AUTH_TOKENS_DIR: analyst.copy and reader have the same token; give each its own",
      ]);
    } finally {
      secret.remove();
    }
  });

  it("keeps a process from starting, which says why", async () => {
    const pod = Pod.spawn({ AUTH_TOKENS_DIR: "/nowhere", AUTH_ISSUER: "http://login.example.com" });
    assert.equal(await pod.exited(), 1);
    assert.deepEqual(pod.log[0]?.["problems"], [
      'AUTH_ISSUER must be the https URL of an OIDC issuer, without a user or a query (http only on a loopback address), got "http://login.example.com"',
      "AUTH_ISSUER and AUTH_AUDIENCE belong together; give both or none",
      'AUTH_TOKENS_DIR must be a folder that can be read, got "/nowhere" (ENOENT)',
    ]);
  });
});
