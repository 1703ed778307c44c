import assert from "node:assert/strict";
import { hostname } from "node:os";
import { serviceResource } from "../src/telemetry/resource.js";

describe("what traces tell of their sender", () => {
  const VARIABLE = "OTEL_RESOURCE_ATTRIBUTES";
  let before: string | undefined;

  beforeEach(() => {
    before = process.env[VARIABLE];
    delete process.env[VARIABLE];
  });
  afterEach(() => {
    if (before === undefined) {
      delete process.env[VARIABLE];
    } else {
      process.env[VARIABLE] = before;
    }
  });

  it("is the pod, in a cluster", () => {
    const { attributes } = serviceResource("soc", { KUBERNETES_SERVICE_HOST: "10.96.0.1" });
    assert.deepEqual(attributes, {
      "service.name": "soc",
      "service.namespace": "soc",
      "service.version": "2.0.0",
      "service.instance.id": hostname(),
      "k8s.pod.name": hostname(),
    });
  });

  it("is another instance for each process, elsewhere", () => {
    const [one, two] = [serviceResource("soc", {}), serviceResource("soc", {})];
    assert.match(String(one.attributes["service.instance.id"]), /^[\da-f-]{36}$/);
    assert.notEqual(one.attributes["service.instance.id"], two.attributes["service.instance.id"]);
    assert.equal(one.attributes["k8s.pod.name"], undefined);
  });

  it("is added to and corrected by the environment, but for the name that logs have", () => {
    process.env[VARIABLE] =
      "service.version=3.1,deployment.environment.name=a%20b,service.name=other";
    const { attributes } = serviceResource("soc", {});
    assert.equal(attributes["service.version"], "3.1");
    assert.equal(attributes["deployment.environment.name"], "a b");
    assert.equal(attributes["service.name"], "soc");
    assert.equal(attributes["service.namespace"], "soc");
  });
});
