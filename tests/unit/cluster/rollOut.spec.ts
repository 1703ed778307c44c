import * as assert from "node:assert/strict";
import { imagesIn, rolledOut, setImages } from "../../../cluster/rollOut";
import { Scratch } from "../support/fakes";

describe("imagesIn", () => {
  it("reads what the chart's values ask for", () => {
    const backend = { image: { repository: "soc-backend", tag: "sha-1", pullPolicy: "Never" } };
    const frontend = { image: { repository: "ghcr.io/acme/ui", tag: "2@sha256:ab" } };
    assert.deepEqual(imagesIn({ backend, frontend, redis: {} }), {
      backend: "soc-backend:sha-1",
      frontend: "ghcr.io/acme/ui:2@sha256:ab",
    });
  });

  it("leaves out what is not there, or is a secret", () => {
    const tag = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    assert.deepEqual(imagesIn({ backend: { image: { repository: "x", tag } } }), {});
  });
});

describe("images of Deployments", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());
  const pods = () => ({
    kubeconfigFile: "dev.yaml",
    namespace: "soc-agent",
    env: scratch.env(),
  });

  it("are set where they differ, and found by the chart's labels", async () => {
    scratch.program(
      "kubectl",
      'case "$*" in *frontend=*) echo "deployment.apps/ui image updated" ;; esac',
    );
    const changed = await setImages(pods(), {
      backend: "soc-backend:1",
      frontend: "soc-frontend:2",
    });
    assert.deepEqual(changed, ["frontend"]);
    const selector =
      "--selector=app.kubernetes.io/instance=soc-agent,app.kubernetes.io/component in";
    assert.deepEqual(scratch.calls.sort(), [
      `kubectl --kubeconfig=dev.yaml --namespace=soc-agent --request-timeout=10s set image deployment ${selector} (backend) backend=soc-backend:1`,
      `kubectl --kubeconfig=dev.yaml --namespace=soc-agent --request-timeout=10s set image deployment ${selector} (frontend) frontend=soc-frontend:2`,
    ]);
  });

  it("stay where none is asked for", async () => {
    assert.deepEqual(await setImages(pods(), {}), []);
    assert.deepEqual(scratch.calls, []);
  });

  it("are not set by a cluster that does not answer, which says why", async () => {
    scratch.program("kubectl", "echo refused >&2; exit 1");
    await assert.rejects(setImages(pods(), { backend: "soc-backend:1" }), /set image .*refused/s);
  });

  it("are waited for no longer than wanted", async () => {
    // Ends as soon as it is told, which a shell with a child of its own would not.
    scratch.program("kubectl", "exec /bin/sleep 60");
    const stop = new AbortController();
    const waiting = rolledOut(pods(), ["backend", "frontend"], 300, stop.signal);
    stop.abort();
    await assert.rejects(
      waiting,
      /rollout status deployment .*[(]backend,frontend[)] --timeout=300s/,
    );
  });
});
