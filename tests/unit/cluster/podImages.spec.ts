import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { stringify } from "yaml";
import { loadPodImages } from "../../../cluster/podImages";
import type { AddOnRelease } from "../../../plan/render";
import { Scratch } from "../support/fakes";

const IDENTITY = "0123456789ab.cdef";
const REDIS = "docker.io/library/redis:7-alpine";
const ENTRY = "registry.example.com/entry:1";
const PLAIN = "registry.example.com/plain:1";

describe("loadPodImages", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    fs.writeFileSync(scratch.file("identity"), IDENTITY);
    fs.mkdirSync(scratch.file("chart"));
    engine();
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  /**
   * Nodes without images, each of which takes what it is sent, and an engine that has all of them.
   *
   * @param taking what the shell does while a node takes something
   */
  function engine(taking = ":"): void {
    const images = (...repoTags: readonly string[]) => JSON.stringify({ images: [{ repoTags }] });
    scratch.program(
      "docker",
      `case "$*" in
  *role=worker*) echo demo-worker ;;
  *role=control-plane*) echo demo-control-plane ;;
  ps*) echo "demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  *crictl*) [ -e "${scratch.file("sent")}-$2" ] && echo '${images(REDIS, ENTRY, PLAIN)}' || echo '${images()}' ;;
  *import*) while read -r line; do :; done; ${taking}; : >"${scratch.file("sent")}-$3" ;;
esac`,
    );
  }

  const release = (chart: string): AddOnRelease => ({
    name: "entry",
    namespace: "entry",
    source: { chart },
    values: { replicas: 1 },
  });

  async function load(releases: readonly AddOnRelease[]): Promise<string[]> {
    const said: string[] = [];
    await loadPodImages({
      cluster: {
        name: "demo",
        identity: IDENTITY,
        identityFile: scratch.file("identity"),
        makerFile: scratch.file("maker"),
      },
      images: ["redis:7-alpine"],
      releases,
      kubernetesVersion: "1.34.0",
      say: (text) => said.push(text),
    });
    return said;
  }
  const did = (what: RegExp) => scratch.calls.filter((call) => what.test(call));

  it("sends each node the images of the pods that it may run, as their charts render", async () => {
    const tolerations = [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }];
    const pods = {
      entry: { tolerations, nodeSelector: { "ingress-ready": "true" } },
      plain: {},
    };
    const objects = Object.entries(pods).map(([name, pod]) => {
      const containers = [{ name, image: `registry.example.com/${name}:1` }];
      const spec = { template: { spec: { containers, ...pod } } };
      return `---\n${stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec })}`;
    });
    scratch.program("helm", `echo '${objects.join("")}'`);
    await load([release(scratch.file("chart"))]);
    assert.deepEqual(did(/^helm/), [
      `helm template entry ${scratch.file("chart")} --namespace entry --values=- --skip-tests --kube-version 1.34.0`,
    ]);
    assert.deepEqual(did(/save/).sort(), [
      `docker save redis:7-alpine ${PLAIN}`,
      `docker save ${ENTRY}`,
    ]);
    assert.equal(did(/demo-worker .*import/).length, 1);
    assert.equal(did(/demo-control-plane .*import/).length, 1);
  });

  it("sends again what a node did not take while Kind made it", async () => {
    const maker = scratch.file("maker");
    fs.writeFileSync(maker, String(process.pid));
    engine(`[ ! -e ${maker} ] || { /bin/rm ${maker}; exit 1; }`);
    const said = await load([]);
    assert.match(said[1] ?? "", /failed with exit code 1: once more when cluster demo is made$/);
    assert.equal(did(/demo-worker .*import/).length, 2);
    assert.equal(said.filter((line) => line.startsWith("warning")).length, 0, said.join("\n"));
  });

  it("leaves the images of a chart that is not here to the nodes, and says so", async () => {
    const said = await load([release(scratch.file("nothing"))]);
    assert.equal(
      said[0],
      `warning: the images of entry are left to the nodes: its chart, ${scratch.file("nothing")}, is neither here nor one exact version in a repository of files`,
    );
    assert.deepEqual(did(/helm|save/), ["docker save redis:7-alpine"]);
  });

  it("leaves the images of a chart that does not render to the nodes, with Helm's own words", async () => {
    scratch.program("helm", 'echo "Error: no such value" >&2; exit 1');
    const said = await load([release(scratch.file("chart"))]);
    assert.match(
      said[0] ?? "",
      /^warning: the images of entry are left to the nodes: .*Error: no such value/s,
    );
    assert.deepEqual(did(/save/), ["docker save redis:7-alpine"]);
  });
});
