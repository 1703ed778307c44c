import * as assert from "node:assert/strict";
import {
  differences,
  pointerTo,
  showPath,
  valueAt,
  without,
  type Path,
} from "../../../../cluster/drift/paths";

const env = ["spec", "containers", { key: { name: "web" } }, "env"];
const pod = {
  spec: {
    containers: [
      { name: "proxy", args: ["-v"] },
      { name: "web", env: [{ name: "A", value: "1" }], ports: [{ containerPort: 80 }] },
    ],
  },
};

/** The ways at which two values differ, as people read them. */
const ways = (wanted: unknown, found: unknown) =>
  differences(wanted, found).map(({ path }) => showPath(path));

describe("ways into an object", () => {
  const a: Path = [...env, { key: { name: "A" } }, "value"];

  it("find items by what they have, wherever they stand", () => {
    assert.equal(valueAt(pod, a), "1");
    assert.deepEqual(pointerTo(pod, a), ["spec", "containers", 1, "env", 0, "value"]);
    assert.equal(valueAt(pod, [...env, { key: { name: "B" } }]), undefined);
    assert.equal(pointerTo(pod, [...env, { key: { name: "B" } }]), undefined);
    const sets = { finalizers: ["a", "b"], rules: [{}, { to: 1 }] };
    assert.deepEqual(pointerTo(sets, ["finalizers", { value: "b" }]), ["finalizers", 1]);
    assert.equal(valueAt(sets, ["rules", { index: 1 }, "to"]), 1);
  });

  it("are shown as people write them", () => {
    assert.equal(showPath(a), "spec.containers[name=web].env[name=A].value");
    assert.equal(
      showPath(["metadata", "labels", "app.kubernetes.io/name"]),
      'metadata.labels["app.kubernetes.io/name"]',
    );
  });

  it("lead to what is taken out of a copy", () => {
    const copy = without(pod, [
      [...env, { key: { name: "A" } }],
      ["spec", "none"],
      ["x", "y"],
    ]);
    assert.deepEqual(valueAt(copy, env), []);
    assert.equal(valueAt(pod, a), "1");
  });
});

describe("differences", () => {
  it("are those of single fields, in whatever order items stand", () => {
    const [proxy, web] = pod.spec.containers;
    const found = { spec: { containers: [{ ...web, image: "b", env: [] }, proxy] } };
    const wanted = { spec: { containers: [proxy, { ...web, image: "a" }] } };
    assert.deepEqual(ways(wanted, found).sort(), [
      "spec.containers[name=web].env[name=A]",
      "spec.containers[name=web].image",
    ]);
  });

  it("tell what is missing from what was put in", () => {
    assert.deepEqual(differences({ a: 1 }, { b: 2 }), [
      { path: ["a"], wanted: 1, found: undefined },
      { path: ["b"], wanted: undefined, found: 2 },
    ]);
  });

  it("are those of the whole list where its items cannot be told apart", () => {
    assert.deepEqual(ways({ args: ["a"] }, { args: ["a", "b"] }), ["args"]);
    assert.deepEqual(ways({ ingress: [{ from: 1 }] }, { ingress: [{ from: 1 }, {}] }), ["ingress"]);
    assert.deepEqual(ways({ ingress: [{ from: 1 }] }, { ingress: [{ from: 2 }] }), [
      "ingress[0].from",
    ]);
    const twice = [{ name: "a" }, { name: "a" }];
    assert.deepEqual(ways({ env: twice }, { env: [{ name: "a" }] }), ["env"]);
  });

  it("tell ports of the same number apart by their protocol", () => {
    const port = (protocol: string, name: string) => ({ containerPort: 53, protocol, hint: name });
    const wanted = { ports: [port("TCP", "a"), port("UDP", "b")] };
    const found = { ports: [port("TCP", "a"), port("UDP", "c")] };
    assert.deepEqual(ways(wanted, found), ["ports[containerPort=53,protocol=UDP].hint"]);
  });
});
