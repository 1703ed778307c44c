import * as assert from "node:assert/strict";
import type { Wanted } from "../../../../cluster/drift/compare";
import { lookForDrift, removals } from "../../../../cluster/drift/look";
import { madeByRelease, withData } from "../../../../cluster/drift/made";
import { mendDrift, requests } from "../../../../cluster/drift/mend";
import { OBSERVER } from "../../../../cluster/drift/managers";
import type { Values } from "../../../../config/values";
import type { Api, ApiRequest } from "../../../../machine/apiServer";

const CONFIG_MAP = "/api/v1/namespaces/shop/configmaps/web";

/** What was asked of an API: method, path, and how its body is to be taken. */
type Asked = readonly [call: string, body: unknown];

/** An API that has a ConfigMap `web`, if any, and answers what a dry run comes to. */
function fakeApi(live: Values | undefined, patched: (request: ApiRequest) => [number, Values]) {
  const asked: Asked[] = [];
  const api: Api = async (path, request = {}) => {
    if (path === "/api/v1") {
      const resources = [
        { name: "configmaps", kind: "ConfigMap", namespaced: true },
        { name: "configmaps/status", kind: "ConfigMap", namespaced: true },
        { name: "nodes", kind: "Node", namespaced: false },
      ];
      return { status: 200, body: { resources } };
    }
    if (path.startsWith("/apis/")) {
      return { status: 404, body: {} };
    }
    if (request.method === undefined) {
      return live ? { status: 200, body: live } : { status: 404, body: { message: "not found" } };
    }
    asked.push([`${request.method} ${path}`, request.body]);
    const [status, body] = patched(request);
    return { status, body };
  };
  return { api, asked };
}

const wanted: Wanted = {
  object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" }, data: { a: "1" } },
  namespace: "shop",
  madeBy: "release shop/web",
  manager: "helm",
};
const placed = { ...wanted.object, metadata: { name: "web", namespace: "shop" } };
const tree = (...names: string[]) => ({
  "f:data": Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});
const entry = (manager: string, ...names: string[]) => ({
  manager,
  operation: "Update",
  fieldsV1: tree(...names),
});
const live = (data: Values) => ({
  ...placed,
  metadata: {
    ...placed.metadata,
    resourceVersion: "7",
    managedFields: [entry("pulumi-resource-kubernetes", "a"), entry("kubectl-edit", "a", "b", "c")],
  },
  data,
});
const dry = (data: Values) => ({
  ...live(data),
  metadata: { managedFields: [entry(OBSERVER, "a")] },
});

/** What is found of one object. */
const look = async (api: Api, one = wanted) => {
  const { drifted, unseen } = await lookForDrift(api, [one]);
  return { unseen, found: drifted.flatMap(({ findings }) => findings.map(({ kind }) => kind)) };
};

describe("a look for drift", () => {
  it("asks for an object, and for what it would be, in its release's namespace", async () => {
    const { api, asked } = fakeApi(live({ a: "1" }), () => [200, dry({ a: "1" })]);
    assert.deepEqual(await look(api), { unseen: [], found: [] });
    const query = `?dryRun=All&force=true&fieldManager=${OBSERVER}`;
    assert.deepEqual(asked, [[`PATCH ${CONFIG_MAP}${query}`, placed]]);
  });

  it("makes no dry run of what is not there", async () => {
    const { api, asked } = fakeApi(undefined, () => [500, {}]);
    assert.deepEqual(await look(api), { unseen: [], found: ["missing"] });
    assert.deepEqual(asked, []);
  });

  it("finds objects missing whose kind the cluster does not know", async () => {
    const { api } = fakeApi(live({}), () => [200, {}]);
    const object = { ...wanted.object, apiVersion: "acme.org/v1" };
    assert.deepEqual(await look(api, { ...wanted, object }), { unseen: [], found: ["missing"] });
  });

  it("leaves out what the API would fill in anyway", async () => {
    const data = { a: "1", b: "2", c: "3" };
    const { api, asked } = fakeApi(live(data), ({ type }) => [
      200,
      type?.includes("json-patch") ? dry({ a: "1", c: "3" }) : dry(data),
    ]);
    assert.deepEqual((await look(api)).found, ["added"]);
    assert.deepEqual(asked[1]?.[1], [
      { op: "remove", path: "/data/c" },
      { op: "remove", path: "/data/b" },
    ]);
  });

  it("says what the API refuses, and what it could not tell", async () => {
    const immutable = fakeApi(live({}), () => [422, { message: "field is immutable" }]);
    assert.deepEqual((await look(immutable.api)).found, ["refused"]);
    const broken = fakeApi(live({}), () => [500, { message: "failed calling webhook" }]);
    assert.deepEqual(await look(broken.api), {
      found: [],
      unseen: [{ what: "ConfigMap shop/web", reason: "failed calling webhook" }],
    });
  });

  it("takes the last items of a list out first", () => {
    const by = { manager: "kubectl" };
    const at = (index: number) =>
      ({ kind: "added", path: ["items", { index }], found: index, by }) as const;
    const items = Array.from({ length: 11 }, () => ({}));
    assert.deepEqual(
      removals({ items, "a/b": 1 }, [at(9), at(2), at(10), { ...at(1), path: ["a/b"] }]).map(
        ({ path }) => path,
      ),
      ["/items/10", "/items/9", "/items/2", "/a~1b"],
    );
  });
});

describe("mending", () => {
  /** What is asked of the API to mend what a look found. */
  const mended = async (found: Values | undefined, answer: Values, one = wanted) => {
    const { api } = fakeApi(found, ({ type }) => [
      200,
      type?.includes("json-patch") ? dry({}) : answer,
    ]);
    const { drifted } = await lookForDrift(api, [one]);
    return drifted.flatMap((one) => requests(one));
  };

  it("makes a missing object as its release has it, under Helm's name", async () => {
    const apply = { type: "application/apply-patch+yaml", body: placed };
    assert.deepEqual(await mended(undefined, {}), [["fieldManager=helm&force=true", apply]]);
  });

  it("takes out what was added, if nothing changed since, and writes what was changed as its maker", async () => {
    const calls = await mended(live({ a: "0", b: "2" }), dry({ a: "1", b: "2" }));
    const [query, ...others] = calls.map(([query]) => query);
    assert.equal(query, "fieldManager=pulumi-resource-kubernetes");
    assert.deepEqual(others, ["fieldManager=pulumi-resource-kubernetes&force=true"]);
    assert.deepEqual(calls[0]?.[1].body, [
      { op: "test", path: "/metadata/resourceVersion", value: "7" },
      { op: "remove", path: "/data/b" },
    ]);
    assert.deepEqual(calls[1]?.[1].body, placed);
  });

  it("writes nothing where only additions were found", async () => {
    const calls = await mended(live({ a: "1", b: "2" }), dry({ a: "1", b: "2" }));
    assert.deepEqual(
      calls.map(([, { type }]) => type),
      ["application/json-patch+json"],
    );
  });

  it("says what it cannot mend, and goes on", async () => {
    const { api, asked } = fakeApi(undefined, () => [403, { message: "forbidden" }]);
    const node = {
      ...wanted,
      object: { apiVersion: "v1", kind: "Node", metadata: { name: "worker" } },
      partial: true,
    } as const;
    const { drifted } = await lookForDrift(api, [
      { ...wanted, object: { ...wanted.object, apiVersion: "acme.org/v1" } },
      node,
      wanted,
    ]);
    assert.deepEqual(await mendDrift(api, drifted), [
      { what: "ConfigMap web", reason: "the cluster does not know its kind" },
      { what: "Node worker", reason: "it is for somebody else to make" },
      { what: "ConfigMap shop/web", reason: "forbidden" },
    ]);
    assert.equal(asked.length, 1);
  });
});

describe("what a release was made as", () => {
  it("has Helm's marks, which are in no manifest", () => {
    const manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {app: web}}\n";
    const [made] = madeByRelease({ namespace: "shop", name: "one" }, manifest);
    assert.deepEqual(made?.object.metadata, {
      name: "web",
      labels: { app: "web", "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "one", "meta.helm.sh/release-namespace": "shop" },
    });
    assert.equal(made?.namespace, "shop");
  });

  it("has what a Secret is given as text where the API keeps it", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "key" } };
    assert.deepEqual(withData({ ...secret, stringData: { a: "b" }, data: { c: "ZA==" } }), {
      ...secret,
      data: { a: "Yg==", c: "ZA==" },
    });
    assert.deepEqual(withData({ ...secret, kind: "Other", stringData: {} })["stringData"], {});
  });
});
