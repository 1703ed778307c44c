import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { loadImages } from "../../../cluster/loadImages";
import { Scratch } from "../support/fakes";

const IDENTITY = "0123456789ab.cdef";

describe("loadImages", () => {
  let scratch: Scratch;
  let said: string[];
  beforeEach(() => {
    said = [];
    scratch = new Scratch();
    fs.writeFileSync(scratch.file("identity"), IDENTITY);
    // A node with an earlier image, and an engine that breaks off while it saves.
    scratch.program(
      "docker",
      `case "$*" in
  *role=worker*) echo soc-demo-worker ;;
  ps*) echo "soc-demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  *images*ls*) echo docker.io/library/soc-backend:earlier ;;
  save* | *import*) exit 130 ;;
esac`,
    );
    scratch.program("tar", "exit 2");
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  const load = (stop: AbortSignal, images = ["soc-backend:newer"]) =>
    loadImages({
      cluster: {
        name: "soc-demo",
        identity: IDENTITY,
        identityFile: scratch.file("identity"),
        makerFile: scratch.file("maker"),
      },
      images,
      say: (text) => said.push(text),
      stop,
    });
  const saves = () => scratch.calls.filter((call) => call.startsWith("docker save"));

  it("sends whole images when it cannot tell what is missing", async () => {
    await assert.rejects(load(new AbortController().signal), /failed with exit code 130/);
    assert.deepEqual(saves(), ["docker save soc-backend:newer", "docker save soc-backend:newer"]);
  });

  it("begins nothing more once it is to end", async () => {
    await assert.rejects(load(AbortSignal.abort()), /failed with exit code/);
    assert.deepEqual(saves(), ["docker save soc-backend:newer"]);
  });

  it("takes names away that a failed import left, and no others", async () => {
    const images = ["soc-backend:newer", "soc-backend:earlier"];
    await assert.rejects(load(new AbortController().signal, images), /failed with exit code 130/);
    assert.deepEqual(
      scratch.calls.filter((call) => call.includes("images rm")),
      [
        "docker exec soc-demo-worker ctr --namespace=k8s.io images rm docker.io/library/soc-backend:newer",
      ],
    );
  });

  it("does not claim to load what is named by its digest", async () => {
    const image = `ghcr.io/acme/api@sha256:${"0".repeat(64)}`;
    await load(new AbortController().signal, [image]);
    assert.deepEqual(saves(), []);
    assert.equal(said[0], `${image} is named by its digest: the nodes will have to pull it`);
  });
});
