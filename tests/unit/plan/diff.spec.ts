import * as assert from "node:assert/strict";
import { diffObjects, hideSecrets, isEmpty } from "../../../plan/diff";
import { changedFields, showPath } from "../../../plan/fields";
import { objectName, type KubernetesObject } from "../../../plan/objects";
import { parseQuantity, showCpu, showMemory } from "../../../plan/quantity";

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});

const changes = (before: unknown, after: unknown) =>
  changedFields(before, after).map(({ path, before, after, order }) => [
    showPath(path),
    before,
    after,
    ...(order ? ["order"] : []),
  ]);

describe("fields that change", () => {
  it("are found wherever they are, with what stood and stands there", () => {
    assert.deepEqual(
      changes(
        { spec: { replicas: 2, gone: true, same: [1] }, metadata: { labels: { "a/b": "x" } } },
        { spec: { replicas: 3, come: {}, same: [1] }, metadata: { labels: { "a/b": "y" } } },
      ),
      [
        ["spec.replicas", 2, 3],
        ["spec.gone", true, undefined],
        ["spec.come", undefined, {}],
        ['metadata.labels["a/b"]', "x", "y"],
      ],
    );
  });

  it("are none where nothing and null meet, and where amounts are equal", () => {
    assert.deepEqual(changes({ a: null }, {}), []);
    assert.deepEqual(
      changes(
        { limits: { cpu: "1000m", memory: "1Gi" } },
        { limits: { cpu: 1, memory: "1024Mi" } },
      ),
      [],
    );
    assert.deepEqual(changes({ args: { cpu: "1000m" } }, { args: { cpu: "1" } }).length, 1);
  });

  it("are told apart by what items of lists are called, wherever these stand", () => {
    const env = (...values: [string, string][]) => ({
      containers: [{ name: "app", env: values.map(([name, value]) => ({ name, value })) }],
    });
    assert.deepEqual(changes(env(["A", "1"], ["B", "2"]), env(["B", "3"], ["C", "4"])), [
      ["containers[app].env[A]", { name: "A", value: "1" }, undefined],
      ["containers[app].env[B].value", "2", "3"],
      ["containers[app].env[C]", undefined, { name: "C", value: "4" }],
    ]);
    assert.deepEqual(
      changes(
        { ports: [{ port: 80 }, { port: 90 }] },
        { ports: [{ port: 90, x: 1 }, { port: 80 }] },
      ),
      [
        ["ports[90].x", undefined, 1],
        ["ports", ["80", "90"], ["90", "80"], "order"],
      ],
    );
  });

  it("are one change where one item of a list without names is another one", () => {
    const rules = (...ports: number[]) => ({
      egress: [{ to: [] }, { ports: ports.map((port) => ({ port })) }],
    });
    assert.deepEqual(changes(rules(53), rules(53, 443)), [
      ["egress[1].ports[443]", undefined, { port: 443 }],
    ]);
    assert.deepEqual(changes({ args: ["a", "b"] }, { args: ["a", "c"] }), [["args[1]", "b", "c"]]);
    assert.deepEqual(changes({ args: ["a", "b"] }, { args: ["b", "a"] }), [
      ["args", ['"a"', '"b"'], ['"b"', '"a"'], "order"],
    ]);
  });
});

describe("texts of several lines", () => {
  it("differ line by line", () => {
    assert.deepEqual(changes({ data: "a: 1\nb: 2\nc: 3\n" }, { data: "a: 1\nb: 4\nc: 3\n" }), [
      ["data[line 2]", "b: 2", "b: 4"],
    ]);
    assert.deepEqual(changes({ data: "a\nb\n" }, { data: "a\nc\nd\nb\n" }), [
      ["data[line 2]", undefined, "c"],
      ["data[line 3]", undefined, "d"],
    ]);
    assert.deepEqual(changes({ data: "a\nb\n" }, { data: "a\nb\n" }), []);
    assert.equal(changes({ data: "a\nb\n" }, { data: "b\na\n" }).length, 1);
  });
});

describe("objects that change", () => {
  it("are those that came, went, and are not the same", () => {
    const { added, deleted, changed } = diffObjects(
      [
        object("Service", "same"),
        object("Service", "old"),
        object("ConfigMap", "c", { data: { a: "1" } }),
      ],
      [
        object("ConfigMap", "c", { data: { a: "2" } }),
        object("Service", "same"),
        object("Service", "new"),
      ],
    );
    assert.deepEqual(added.map(objectName), ["Service shop/new"]);
    assert.deepEqual(deleted.map(objectName), ["Service shop/old"]);
    assert.deepEqual(
      changed.map(({ after, fields }) => [
        objectName(after),
        fields.map(({ path }) => showPath(path)),
      ]),
      [["ConfigMap shop/c", ["data.a"]]],
    );
  });

  it("are none between two renders of the same", () => {
    const objects = [object("Service", "web"), object("Secret", "key", { data: { a: "Yg==" } })];
    assert.ok(isEmpty(diffObjects(objects, structuredClone(objects))));
  });

  it("are the same under a generated name, and others under one that only looks alike", () => {
    const names = (from: string, to: string) =>
      diffObjects([object("Job", from)], [object("Job", to)]).changed.length;
    assert.equal(names("key-0a1b2c3d", "key-d3c2b1a0"), 1);
    assert.equal(names("key-dedicated", "key-0a1b2c3d"), 0);
    assert.equal(names("key-0a1b2c3d", "lock-0a1b2c3e"), 0);
  });

  it("say what is noise: the chart's version, checksums, generated names", () => {
    const labelled = (version: string, sum: string, image: string) =>
      object("Deployment", "web", {
        metadata: { name: "web", labels: { "helm.sh/chart": version, team: version } },
        spec: { template: { metadata: { annotations: { "checksum/config": sum } }, image } },
      });
    const [change] = diffObjects([labelled("1", "a", "x")], [labelled("2", "b", "y")]).changed;
    assert.deepEqual(
      change?.fields.map(({ path, noise }) => [path.at(-1), noise]),
      [
        ["helm.sh/chart", true],
        ["team", false],
        ["checksum/config", true],
        ["image", false],
      ],
    );
  });

  it("are refused where one stands twice", () => {
    const twice = [object("Service", "web"), object("Service", "web")];
    assert.throws(() => diffObjects(twice, []), /Service shop\/web stands twice/);
  });
});

describe("values of Secrets", () => {
  const secret = (value: string) => [
    object("Secret", "key", { data: { token: Buffer.from(value).toString("base64") } }),
  ];
  const key = Buffer.from("key of a run");
  const hidden = (value: string, by = key) => JSON.stringify(hideSecrets(secret(value), by));

  it("are digests, equal where the values are, and other ones under another key", () => {
    assert.match(hidden("sk-canary"), /\(secret [0-9a-f]{12}\)/);
    assert.doesNotMatch(hidden("sk-canary"), /canary|c2stY2FuYXJ5/);
    assert.equal(hidden("sk-canary"), hidden("sk-canary"));
    assert.notEqual(hidden("sk-canary"), hidden("sk-other"));
    assert.notEqual(hidden("sk-canary"), hidden("sk-canary", Buffer.from("another run")));
  });

  it("are the same whether they are written as text or as data", () => {
    const written = hideSecrets([object("Secret", "key", { stringData: { token: "ä" } })], key);
    assert.deepEqual(written, hideSecrets(secret("ä"), key));
  });

  it("are all that is hidden", () => {
    const others = [object("ConfigMap", "c", { data: { a: "b" } })];
    assert.deepEqual(hideSecrets(others, key), others);
  });
});

describe("amounts", () => {
  it("are read and written as Kubernetes does", () => {
    assert.deepEqual(["500m", "2", 2, "1.5Gi", "1e3", "3k", ".5"].map(parseQuantity), [
      0.5,
      2,
      2,
      1.5 * 2 ** 30,
      1000,
      3000,
      0.5,
    ]);
    assert.deepEqual(["", "much", "1Qi", "a1"].map(parseQuantity), Array(4).fill(undefined));
    assert.deepEqual([1.5, 2, 0.1 + 0.2].map(showCpu), ["1500m", "2", "300m"]);
    assert.deepEqual([0, 2 ** 20 * 192, 2 ** 30 * 1.5].map(showMemory), ["0", "192Mi", "1.5Gi"]);
  });
});
