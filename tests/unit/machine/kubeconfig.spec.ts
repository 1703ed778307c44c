import * as assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { loopbackPort, pickContext } from "../../../machine/kubeconfig";

const config = {
  "current-context": "other",
  contexts: [
    { name: "gke", context: { cluster: "c1", user: "u1", namespace: "team" } },
    { name: "other", context: { cluster: "c2", user: "u2" } },
    { name: "broken", context: { cluster: "c3", user: "u3" } },
    { name: "mine", context: { cluster: "kind-demo", user: "u2" } },
  ],
  clusters: [
    {
      name: "c1",
      cluster: { server: "https://203.0.113.7", "certificate-authority": "pki/ca.pem" },
    },
    { name: "c2", cluster: { server: "https://203.0.113.8" } },
    { name: "kind-demo", cluster: { server: "https://127.0.0.1:39001" } },
  ],
  users: [
    {
      name: "u1",
      user: {
        "client-key": "/abs/key.pem",
        tokenFile: "token",
        exec: { command: "./bin/auth", args: ["./as-is"] },
      },
    },
    { name: "u2", user: { token: "canary", exec: { command: "gke-gcloud-auth-plugin" } } },
  ],
};
const pick = (context: string, text = stringify(config)) =>
  pickContext(text, { kubeconfig: "/home/me/.kube/config", context });

function problemOf(context: string, text?: string): string {
  const found = pick(context, text);
  assert.ok("problem" in found);
  return found.problem;
}

describe("pickContext", () => {
  it("takes one context and what belongs to it, with paths that hold anywhere", () => {
    const found = pick("gke");
    assert.ok("kubeconfig" in found);
    assert.equal(found.server, "https://203.0.113.7");
    assert.equal(found.kindName, undefined);
    assert.deepEqual(parse(found.kubeconfig), {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "gke",
      contexts: [config.contexts[0]],
      clusters: [
        {
          name: "c1",
          cluster: {
            server: "https://203.0.113.7",
            "certificate-authority": "/home/me/.kube/pki/ca.pem",
          },
        },
      ],
      users: [
        {
          name: "u1",
          user: {
            "client-key": "/abs/key.pem",
            tokenFile: "/home/me/.kube/token",
            exec: { command: "/home/me/.kube/bin/auth", args: ["./as-is"] },
          },
        },
      ],
    });
  });

  it("leaves a credential plugin to be found on PATH", () => {
    const found = pick("other");
    assert.ok("kubeconfig" in found);
    assert.match(found.kubeconfig, /command: gke-gcloud-auth-plugin/);
  });

  it("is the same whatever else is in the file", () => {
    const more = { ...config, "current-context": "gke", contexts: config.contexts.slice(0, 2) };
    assert.deepEqual(pick("gke", stringify(more)), pick("gke"));
  });

  it("knows Kind by the cluster's name as well", () => {
    const found = pick("mine");
    assert.ok("kindName" in found);
    assert.equal(found.kindName, "demo");
  });

  it("names the contexts that are there", () => {
    assert.match(problemOf("eks"), /has no context "eks", only: gke, other, broken, mine\. Set/);
    assert.match(problemOf("eks", "{}"), /has no context "eks", nor any other\. Set/);
  });

  it("says what a context lacks", () => {
    assert.match(problemOf("broken"), /a context "broken", but no server of cluster "c3"/);
    const headless = { ...config, users: [] };
    assert.match(problemOf("other", stringify(headless)), /a context "other", but no user "u2"/);
  });

  it("refuses what is no kubeconfig, and quotes none of it", () => {
    for (const text of ["canary", "a: [canary", ""]) {
      assert.match(problemOf("gke", text), /^\/home\/me\/\.kube\/config is not a kubeconfig\. Set/);
      assert.doesNotMatch(problemOf("gke", text), /canary/);
    }
  });
});

describe("loopbackPort", () => {
  const cases: [string, number | undefined][] = [
    ["https://127.0.0.1:39001", 39001],
    ["https://localhost:6443/", 6443],
    ["https://[::1]:6443", 6443],
    ["https://localhost", 443],
    ["https://203.0.113.7:6443", undefined],
    ["https://127.example.com", undefined],
    ["not a URL", undefined],
  ];
  for (const [server, port] of cases) {
    it(`of ${server} is ${port}`, () => assert.equal(loopbackPort(server), port));
  }
});
