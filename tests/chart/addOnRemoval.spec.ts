/** scripts/remove-add-ons.sh with every Helm that is there: its flags, and what it does to a release that is cut off. */
import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../config/project";
import { which } from "../../cli/tools/executables";
import { helmsByMajor } from "../support/helms";
import { Scratch } from "../unit/support/fakes";

const NAMESPACE = "kube-system";
const RELEASE = "metrics-server";
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

/** Helm's record of a release without objects, as it stands in a cluster. */
function record(status: string) {
  const chart = { metadata: { apiVersion: "v2", name: RELEASE, version: "1.0.0" } };
  const info = { status, first_deployed: new Date(), last_deployed: new Date() };
  const release = { name: RELEASE, namespace: NAMESPACE, version: 1, info, chart, manifest: "" };
  const packed = gzipSync(JSON.stringify(release)).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: {
      name: `sh.helm.release.v1.${RELEASE}.v1`,
      namespace: NAMESPACE,
      labels: { owner: "helm", name: RELEASE, status, version: "1" },
    },
    data: { release: Buffer.from(packed).toString("base64") },
  };
}

/** As much of an API server as Helm's storage needs, with one Secret, which goes and never changes. */
function apiServer(status: string) {
  let secret: ReturnType<typeof record> | undefined = record(status);
  const answer = (request: IncomingMessage): unknown => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/version") {
      return { major: "1", minor: "34", gitVersion: "v1.34.0" };
    }
    if (pathname === SECRETS) {
      return { apiVersion: "v1", kind: "SecretList", metadata: {}, items: secret ? [secret] : [] };
    }
    if (!secret || pathname !== `${SECRETS}/${secret.metadata.name}`) {
      return undefined;
    }
    const answered = secret;
    if (request.method === "DELETE") {
      secret = undefined;
    }
    return answered;
  };
  const missing = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound" };
  const server = createServer((request, response) => {
    const found = answer(request);
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { ...missing, code: 404 }));
  });
  return { server, left: () => secret };
}

describe("remove-add-ons.sh, with a real Helm", function () {
  this.timeout(60_000);
  let helms: Readonly<Record<string, string>>;
  before(async () => {
    helms = await helmsByMajor();
    assert.ok(Object.keys(helms).length > 0, "no Helm on the PATH");
  });

  for (const major of ["3", "4"]) {
    for (const status of ["deployed", "pending-upgrade", "uninstalling"]) {
      it(`removes a release that is ${status} by Helm ${major}`, async function () {
        const program = helms[major];
        if (program === undefined) {
          console.log(`NOT RUN: Helm ${major} is not on the PATH`);
          return this.skip();
        }
        const scratch = new Scratch();
        const { server, left } = apiServer(status);
        try {
          await once(server.listen(0, "127.0.0.1"), "listening");
          const { port } = server.address() as AddressInfo;
          fs.writeFileSync(scratch.file("kubeconfig"), kubeconfig(port));
          fs.mkdirSync(scratch.bin);
          const helm = which(program, process.env);
          assert.ok(helm);
          fs.symlinkSync(helm, path.join(scratch.bin, "helm"));
          const child = spawn("/bin/sh", ["scripts/remove-add-ons.sh"], {
            cwd: ROOT,
            env: {
              PATH: `${scratch.bin}:/usr/bin:/bin`,
              HOME: scratch.dir,
              KUBECONFIG: scratch.file("kubeconfig"),
              WANTED: "",
              PULUMI_COMMAND_STDOUT: `${NAMESPACE}/${RELEASE}`,
            },
            stdio: ["ignore", "ignore", "pipe"],
          });
          const said = child.stderr.toArray();
          const [code] = (await once(child, "close")) as [number];
          assert.equal(code, 0, Buffer.concat((await said) as Buffer[]).toString());
          assert.equal(left(), undefined);
        } finally {
          server.close();
          server.closeAllConnections();
          scratch.remove();
        }
      });
    }
  }
});

function kubeconfig(port: number): string {
  const cluster = { server: `http://127.0.0.1:${port}` };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "one", cluster }],
    users: [{ name: "one", user: {} }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
    "current-context": "one",
  });
}
