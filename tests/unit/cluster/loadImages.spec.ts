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
    answer("save* | *import*) exit 130");
    scratch.program("tar", "exit 2");
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  /** @param cases how Docker answers besides, as cases of a shell */
  function answer(...cases: readonly string[]): void {
    const listed = (tag: string) =>
      JSON.stringify({ images: [{ repoTags: [`docker.io/library/soc-backend:${tag}`] }] });
    const taken = scratch.file("taken");
    scratch.program(
      "docker",
      `case "$*" in
  *role=worker*) echo soc-demo-worker ;;
  ps*) echo "soc-demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  *crictl*) [ -e ${taken} ] && echo '${listed("newer")}' || echo '${listed("earlier")}' ;;
  ${cases.join(" ;;\n  ")} ;;
esac`,
    );
  }

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

  it("ends when no node reads any more, with what the node said", async () => {
    // Docker's CLI, too, does not end by a signal that can be caught while it writes.
    answer("*import*) exit 1", "save*) trap '' TERM; exec /usr/bin/yes");
    await assert.rejects(
      load(new AbortController().signal),
      /^Error: import on soc-demo-worker failed with exit code 1$/,
    );
  });

  it("sends again what a node did not take while Kind made it", async () => {
    const maker = scratch.file("maker");
    fs.writeFileSync(maker, String(process.pid));
    // As the restart of containerd does by which Kind ends a node's setting up.
    answer(
      `*import*) while read -r _; do :; done; [ ! -e ${maker} ] || { /bin/rm ${maker}; exit 1; }; : >${scratch.file("taken")}`,
    );
    await load(new AbortController().signal);
    assert.match(
      said.join("\n"),
      /import on soc-demo-worker failed with exit code 1: once more when cluster soc-demo is made/,
    );
    assert.equal(scratch.calls.filter((call) => call.includes("import")).length, 2);
  });

  describe("with an engine and a node that do as they are told", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const image = `ghcr.io/acme/api:1@${digest}`;
    /** @param named what the kubelet finds once an image was imported, and given a name */
    const take = (named: string) => {
      const listed = JSON.stringify({ images: [{ repoDigests: [named] }] });
      scratch.program(
        "docker",
        `case "$*" in
  *role=worker*) echo soc-demo-worker ;;
  ps*) echo "soc-demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  *import*) while read -r _; do :; done ;;
  *"images tag"*) : >${scratch.file("named")} ;;
  *crictl*) [ -e ${scratch.file("named")} ] && echo '${listed}' || echo '{"images":[]}' ;;
esac`,
      );
    };

    it("names in the node what is named by its digest, and keeps no name of its own", async () => {
      take(`ghcr.io/acme/api@${digest}`);
      await load(new AbortController().signal, [image]);
      const done = scratch.calls.filter((call) => /^docker (tag|save|rmi|exec .* ctr)/.test(call));
      const own = /soc-agent\.invalid\/by-digest:[0-9a-f]{16}/g;
      const node = "docker exec soc-demo-worker ctr --namespace=k8s.io images";
      assert.deepEqual(
        done.map((call) => call.replace(own, "OWN")),
        [
          `docker tag ${image} OWN`,
          "docker save OWN",
          "docker exec --interactive soc-demo-worker ctr --namespace=k8s.io images import -",
          `${node} tag --force OWN ghcr.io/acme/api@${digest}`,
          "docker rmi --no-prune OWN",
          `${node} rm OWN`,
        ],
      );
    });

    it("says so when the kubelet does not find what was sent", async () => {
      take("ghcr.io/acme/other:1");
      await assert.rejects(
        load(new AbortController().signal, [image]),
        /: sent to node soc-demo-worker, whose kubelet does not find it\. Is it made for the node's platform\? docker image inspect ghcr/,
      );
    }).timeout(30_000);
  });
});
