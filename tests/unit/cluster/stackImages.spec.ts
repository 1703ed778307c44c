import * as assert from "node:assert/strict";
import { fetchImages } from "../../../cluster/stackImages";
import { Scratch } from "../support/fakes";

const COLLECTOR = "docker.io/otel/collector:1";
const GRAFANA = "docker.io/grafana/grafana:1";

/** What there is. */
interface World {
  /** Images in the engine. */
  readonly engine?: readonly string[];
  /** Images in the nodes. */
  readonly nodes?: readonly string[];
  /** Ready pods of the application, of which there should be two. */
  readonly application?: number;
}

/** As the container runtime lists images. */
const listed = (...repoTags: readonly string[]) => JSON.stringify({ images: [{ repoTags }] });

describe("fetchImages", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  async function fetch({ engine = [], nodes = [], application = 2 }: World): Promise<string[]> {
    scratch.program(
      "docker",
      `case "$*" in
  *role=worker*) echo demo-worker ;;
  *role=control-plane*) echo demo-control-plane ;;
  *crictl*) [ -e ${scratch.file("sent")} ] && echo '${listed(COLLECTOR, GRAFANA)}' || echo '${listed(...nodes)}' ;;
  "image inspect"*) for one in ${engine.join(" ")} none; do [ "$3" = "$one" ] && exit 0; done; exit 1 ;;
  pull*grafana*) echo "toomanyrequests" >&2; exit 1 ;;
  *import*) while read -r line; do :; done; : >${scratch.file("sent")} ;;
esac`,
    );
    const deployment = (namespace: string, replicas: number, availableReplicas: number) => ({
      metadata: { name: "one", namespace },
      spec: { replicas },
      status: { availableReplicas },
    });
    const items = [
      deployment("soc-agent", 2, application),
      deployment("ingress-nginx", 1, 1),
      deployment("others", 1, 0),
    ];
    scratch.program("kubectl", `echo '${JSON.stringify({ items })}'`);
    const said: string[] = [];
    await fetchImages({
      cluster: "demo",
      images: [COLLECTOR, GRAFANA],
      everywhere: [COLLECTOR],
      target: { kubeconfigFile: "dev.yaml" },
      first: ["soc-agent", "ingress-nginx"],
      timeout: application === 2 ? 10_000 : 1,
      say: (text) => said.push(text),
    });
    return said;
  }
  const did = (what: RegExp) => scratch.calls.filter((call) => what.test(call));

  it("asks for nothing where every node has all of it", async () => {
    assert.deepEqual(await fetch({ nodes: [COLLECTOR, GRAFANA] }), ["Every node has every image"]);
    assert.deepEqual(did(/kubectl|pull|save/), []);
  });

  it("sends what the engine has, to the control-plane only what runs there", async () => {
    await fetch({ engine: [COLLECTOR, GRAFANA] });
    assert.deepEqual(did(/pull/), []);
    assert.deepEqual(did(/save/), [
      `docker save ${COLLECTOR} ${GRAFANA}`,
      `docker save ${COLLECTOR}`,
    ]);
    assert.equal(did(/demo-worker .*import/).length, 1);
    assert.equal(did(/demo-control-plane .*import/).length, 1);
  });

  it("pulls what the engine lacks, and leaves to the nodes what cannot be had", async () => {
    const said = await fetch({});
    assert.deepEqual(did(/docker pull/).sort(), [
      `docker pull --quiet ${GRAFANA}`,
      `docker pull --quiet ${COLLECTOR}`,
    ]);
    assert.deepEqual(did(/save/), [`docker save ${COLLECTOR}`, `docker save ${COLLECTOR}`]);
    assert.ok(
      said.includes(
        `warning: ${GRAFANA} could not be fetched (toomanyrequests): the nodes will have to pull it`,
      ),
      said.join("\n"),
    );
  });

  it("does nothing before the application serves, and nothing at all where it does not", async () => {
    const said = await fetch({ engine: [COLLECTOR, GRAFANA], application: 1 });
    assert.match(said.join("\n"), /^The application does not serve: the nodes will have to pull/);
    assert.deepEqual(did(/pull|save/), []);
  });
});
