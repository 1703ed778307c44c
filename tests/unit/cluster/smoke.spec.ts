/** The smoke check as a program, against real servers; the cluster is a stand-in for kubectl. */
import * as assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { controllerReport } from "../../../cluster/controller";
import type { Outcome } from "../../../machine/run";

const NAME = "soc.invalid"; // never in the DNS (RFC 2606)

describe("smoke", function () {
  this.timeout(60_000);
  let dir: string;
  let plain: http.Server;
  let secure: https.Server;
  const asked: string[] = [];
  const at = (file: string) => path.join(dir, file);
  const portOf = (server: http.Server) => (server.address() as AddressInfo).port;

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-smoke-"));
    const subject = ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME},IP:127.0.0.1`];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        ...subject,
        "-keyout",
        at("key"),
        "-out",
        at("ca"),
      ],
      { stdio: "ignore" },
    );
    const answers: Record<string, string> = {
      "/health": '{"status":"healthy"}',
      "/api/threats": "[]",
      "/": '<div id="root"></div>',
    };
    const listener: http.RequestListener = ({ url = "", headers }, response) => {
      asked.push(`${headers.host}${url}`);
      response.end(answers[url]);
    };
    plain = http.createServer(listener);
    secure = https.createServer(
      { key: fs.readFileSync(at("key")), cert: fs.readFileSync(at("ca")) },
      listener,
    );
    for (const server of [plain, secure]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  });
  beforeEach(() => void asked.splice(0));
  after(() => {
    plain.close();
    secure.close();
    fs.rmSync(dir, { recursive: true });
  });

  /** Runs it beside a kubectl that knows one Ingress, with this address. */
  function smoke(env: Record<string, string>, ingress?: string): Promise<Outcome> {
    const status = ingress ? { loadBalancer: { ingress: [{ ip: ingress }] } } : {};
    const items = JSON.stringify({ items: ingress === undefined ? [] : [{ status }] });
    const hpa = { minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "api" } };
    const scaled = (readyReplicas: number) =>
      JSON.stringify({
        items: [
          { kind: "Deployment", metadata: { name: "api" }, status: { readyReplicas } },
          { kind: "HorizontalPodAutoscaler", metadata: { name: "api" }, spec: hpa },
        ],
      });
    // The autoscaler has added its pod when it is looked at again.
    const pods = `if mkdir ${at("looked")} 2>/dev/null; then echo '${scaled(1)}'; else echo '${scaled(2)}'; echo >>${at("twice")}; fi`;
    const tokens = { name: "tokens", projected: { sources: [{ secret: { name: "machines" } }] } };
    const backend = { spec: { template: { spec: { volumes: [tokens] } } } };
    const secret = { data: { reader: Buffer.from("may-read\n").toString("base64") } };
    const login = `*"get deployments --selector=app=soc-backend"*) echo '${JSON.stringify({ items: [backend] })}' ;; *"get secret machines"*) echo '${JSON.stringify(secret)}' ;;`;
    const ready = { conditions: [{ type: "Ready", status: "True" }] };
    const plainPod = {
      metadata: { namespace: "soc-agent", name: "api" },
      spec: { containers: [{}] },
      status: ready,
    };
    const ports = [
      { containerPort: 8443, hostPort: 443 },
      { containerPort: 8000, hostPort: 80 },
    ];
    const controller = {
      metadata: { namespace: "ingress-nginx", name: "controller-x" },
      spec: { containers: [{ ports }] },
      status: ready,
    };
    // Its name and ports stay in the list.
    const evicted = {
      ...controller,
      metadata: { ...controller.metadata, name: "controller-evicted" },
      status: { phase: "Failed" },
    };
    const script = `#!/bin/sh\ncase "$*" in ${login} *"config view"*) cat ${at("view.json")} ;; *"get pods --all-namespaces"*) echo '${JSON.stringify({ items: [plainPod, evicted, controller] })}' ;; *"get ingress"*) echo '${items}' ;; *"get deployments,"*) ${pods} ;; *) echo "$*" ;; esac\n`;
    fs.writeFileSync(at("kubectl"), script, { mode: 0o755 });
    const PATH = `${dir}:${process.env["PATH"]}`;
    const to = { KUBECONFIG: "/kube.yaml", KUBE_CONTEXT: "gke", NAMESPACE: "soc-agent" };
    const options = { env: { ...process.env, PATH, ...to, ...env } };
    return new Promise((resolve) => {
      // As Pulumi starts it: with a KUBECONFIG, which no program that this project starts would get.
      const args = ["--require", "tsx/cjs", "scripts/smoke.ts"];
      execFile(process.execPath, args, options, (error, stdout, stderr) =>
        resolve({ ok: !error, stdout, reason: stderr }),
      );
    });
  }

  it("asks through the URL's name where it resolves, and only the named context", async () => {
    const url = `http://localhost:${portOf(plain)}`;
    const { ok, stdout } = await smoke({ BASE_URL: url });
    assert.ok(ok, stdout);
    assert.match(
      stdout,
      /answers: \/health, \/api\/threats, \/\n--kubeconfig=\/kube\.yaml --context=gke --namespace=soc-agent/,
    );
  });

  it("waits for the pods that an autoscaler has still to add", async () => {
    fs.rmSync(at("looked"), { recursive: true, force: true });
    fs.rmSync(at("twice"), { force: true });
    const { ok } = await smoke({ BASE_URL: `http://localhost:${portOf(plain)}` });
    assert.ok(ok && fs.existsSync(at("twice")));
  });

  it("asks only what it is told to", async () => {
    const checks = [{ path: "/health", contains: "healthy" }];
    const { ok, stdout, reason } = await smoke({
      BASE_URL: `http://localhost:${portOf(plain)}`,
      CHECKS: JSON.stringify(checks),
    });
    assert.ok(ok, reason);
    assert.match(stdout, /answers: \/health\n/);
    assert.deepEqual(asked, [`localhost:${portOf(plain)}/health`]);
  });

  it("asks with the reader's token behind a login, and that nobody gets in without one", async () => {
    const seen: string[] = [];
    const closed = http.createServer(({ url = "", headers }, response) => {
      const known = headers.authorization === "Bearer may-read";
      seen.push(`${url} ${known ? "reader" : "nobody"}`);
      const status = url === "/" ? 302 : url === "/health" || known ? 200 : 401;
      response.writeHead(status).end(url === "/health" ? '{"status":"healthy"}' : "[]");
    });
    closed.listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { ok, stdout, reason } = await smoke({
      BASE_URL: `http://localhost:${portOf(closed)}`,
      LOGIN: "true",
    });
    closed.close();
    assert.ok(ok, reason);
    assert.match(stdout, /answers: \/health, \/api\/threats, \/\n/);
    assert.deepEqual([...new Set(seen)].sort(), [
      "/ reader",
      "/api/threats nobody",
      "/api/threats reader",
      "/health reader",
    ]);
  });

  it("asks 127.0.0.1 for localhost, and says who else answers at [::1]", async () => {
    const port = portOf(plain);
    const other = http.createServer((_, response) => response.writeHead(404).end("other"));
    other.listen({ host: "::1", port, ipv6Only: true });
    await once(other, "listening");
    const { ok, stdout, reason } = await smoke({ BASE_URL: `http://localhost:${port}` });
    other.close();
    assert.ok(ok, reason);
    assert.ok(
      stdout.includes(`something else answers at [::1]:${port} (status 404)`) &&
        stdout.includes(`open http://127.0.0.1:${port}`),
      stdout,
    );
  });

  describe("on Kind", () => {
    /** Runs it beside a controller that answers this to who has the cluster's certificate. */
    async function beside<T>(answer: string, work: () => Promise<T>) {
      const asked: string[] = [];
      const pem = { key: fs.readFileSync(at("key")), cert: fs.readFileSync(at("ca")) };
      const trust = { ca: pem.cert, requestCert: true, rejectUnauthorized: true };
      const api = https.createServer({ ...pem, ...trust }, ({ url, headers }, response) => {
        asked.push(`${headers.host} ${url}`);
        response.end(answer);
      });
      api.listen(0, "127.0.0.1");
      await once(api, "listening");
      const data = (file: string) => fs.readFileSync(at(file)).toString("base64");
      const cluster = {
        server: `https://127.0.0.1:${portOf(api)}`,
        "certificate-authority-data": data("ca"),
      };
      const user = { "client-certificate-data": data("ca"), "client-key-data": data("key") };
      fs.writeFileSync(
        at("view.json"),
        JSON.stringify({ clusters: [{ cluster }], users: [{ user }] }),
      );
      try {
        return { result: await work(), asked };
      } finally {
        api.close();
        fs.rmSync(at("view.json"));
      }
    }
    const up = () => smoke({ BASE_URL: `http://localhost:${portOf(plain)}`, KUBE_CONTEXT: "" });

    it("asks the ingress controller through the API server, by the Ingress's host", async () => {
      const { result, asked } = await beside('{"status":"healthy"}', up);
      assert.ok(result.ok, result.reason);
      const pod = "/api/v1/namespaces/ingress-nginx/pods/http:controller-x:8000/proxy/health";
      assert.deepEqual(asked, [`localhost:${portOf(plain)} ${pod}`]);
      assert.doesNotMatch(result.stdout, /warning|controller/);
    });

    it("says that something else answers in the application's place", async () => {
      const { result } = await beside('{"status":"other"}', up);
      assert.ok(result.ok, result.reason);
      assert.match(
        result.stdout,
        /^warning: The ingress controller, asked through the API server for \/health, answers otherwise than localhost:\d+ \(status 200, expected .*See who listens at port \d+ of this machine$/m,
      );
    });

    const words: [string, RegExp][] = [
      [
        '{"status":"healthy"}',
        /\/health, answers as it should: what is wrong is between localhost:1 /,
      ],
      ["busy", /\/health, does not either: status 200$/],
    ];
    for (const [answer, expected] of words) {
      it(`says where a wrong answer comes from, as the controller says ${answer}`, async () => {
        const check = { path: "/health", json: { status: "healthy" } };
        const of = { kubeconfigFile: "k", env: { PATH: `${dir}:${process.env["PATH"]}` } };
        const ask = () => controllerReport(check, new URL("http://localhost:1"), of, false);
        const { result } = await beside(answer, ask);
        assert.match(result.join(), expected);
      });
    }
  });

  it("asks at the given address, by the URL's name, and trusts the given authority", async () => {
    const ADDRESS = `127.0.0.1:${portOf(secure)}`;
    const { ok, stdout, reason } = await smoke({
      BASE_URL: `https://${NAME}`,
      ADDRESS,
      CA_FILE: at("ca"),
    });
    assert.ok(ok, reason);
    assert.deepEqual(asked.sort(), [`${NAME}/`, `${NAME}/api/threats`, `${NAME}/health`]);
    assert.doesNotMatch(stdout, /was not checked/);
  });

  it("says so when a staging certificate cannot be checked", async () => {
    const ADDRESS = `127.0.0.1:${portOf(secure)}`;
    const { ok, stdout } = await smoke({ BASE_URL: `https://${NAME}`, ADDRESS, UNTRUSTED: "true" });
    assert.ok(ok, stdout);
    assert.match(stdout, /The certificate was not checked: its issuer is for tests/);
  });

  it("asks the Ingress's address while the name is not in the DNS, and says what to do", async () => {
    const { ok, stdout, reason } = await smoke(
      { BASE_URL: `https://${NAME}:${portOf(secure)}` },
      "127.0.0.1",
    );
    assert.ok(ok, reason);
    assert.match(stdout, /soc\.invalid is not in the DNS yet.*Point soc\.invalid to 127\.0\.0\.1/);
    assert.match(stdout, /The certificate was not checked: it cannot be there before the name is/);
  });
});
