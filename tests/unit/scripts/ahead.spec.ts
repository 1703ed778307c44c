import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { imageRefs } from "../../../components/imageRefs";
import { withDefaults } from "../../../config";
import type { Part } from "../../../config/settings";
import { workAhead } from "../../../scripts/ahead";
import { Scratch } from "./support/fakes";

const IDENTITY = "0123456789ab.cdef";
const { PATH, CALLS } = process.env;

describe("workAhead", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    fs.mkdirSync(scratch.file("backend"));
    fs.writeFileSync(scratch.file("backend", "Dockerfile"), "FROM scratch\n");
    fs.writeFileSync(scratch.file("identity"), IDENTITY);
    // A node that has every image as soon as it is built.
    scratch.program(
      "docker",
      `case "$*" in
  build*) [ ! -e ${scratch.file("broken")} ] && echo "docker.io/library/$4" >${scratch.file("images")} ;;
  *role=worker*) echo soc-demo-worker ;;
  ps*) echo "soc-demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  exec*) while read -r image; do echo "$image"; done <${scratch.file("images")} ;;
esac`,
    );
    Object.assign(process.env, { PATH: scratch.bin, CALLS: scratch.file("calls") });
  });
  afterEach(() => {
    Object.assign(process.env, { PATH, CALLS });
    scratch.remove();
  });

  /** Works ahead for some parts. Returns what was done. */
  async function work(parts: readonly Part[]): Promise<string[]> {
    const done: string[] = [];
    const stack = withDefaults({
      images: {
        backend: {
          context: scratch.file("backend"),
          dockerfile: scratch.file("backend", "Dockerfile"),
        },
        frontend: { ref: "registry.example.com/dashboard:7" },
      },
    });
    await workAhead({
      config: stack,
      files: {
        kubeconfig: scratch.file("kubeconfig"),
        identity: scratch.file("identity"),
        maker: scratch.file("maker"),
        loader: scratch.file("loader"),
      },
      parts,
      env: process.env,
      during: async (name, work) => {
        await work();
        done.push(name);
      },
      stop: new AbortController().signal,
    });
    ref = imageRefs(stack.images).backend;
    return done;
  }
  let ref = "";
  const builds = () => scratch.calls.filter((call) => call.startsWith("docker build"));

  it("builds what changed under the name that Pulumi gives it, and loads it", async () => {
    assert.deepEqual(await work(["backend"]), ["build backend", "load into nodes"]);
    assert.equal(builds().length, 1);
    assert.match(builds()[0] ?? "", new RegExp(`--tag ${ref} `));
    assert.equal(fs.existsSync(scratch.file("loader")), false);
  });

  it("leaves out what is not built here, and has nothing to load then", async () => {
    assert.deepEqual(await work(["frontend"]), []);
    assert.deepEqual(scratch.calls, []);
  });

  it("loads nothing that does not build", async () => {
    fs.writeFileSync(scratch.file("broken"), "");
    await assert.rejects(work(["backend"]), /docker build .*exit code 1/);
    assert.equal(scratch.calls.length, 1);
  });

  it("does not wait for a cluster that is gone", async () => {
    fs.writeFileSync(scratch.file("identity"), "0123456789ab.gone");
    await assert.rejects(work(["backend"]), /cluster soc-demo is not being made/);
    assert.equal(fs.existsSync(scratch.file("loader")), false);
  });

  it("waits for another process that loads, which may bring the same", async () => {
    fs.writeFileSync(scratch.file("loader"), String(process.pid));
    const working = work(["backend"]);
    while (builds().length === 0) {
      await setTimeout(10);
    }
    // Longer than the look at the other process takes.
    await setTimeout(200);
    assert.deepEqual(scratch.calls, builds());
    fs.rmSync(scratch.file("loader"));
    assert.deepEqual(await working, ["build backend", "load into nodes"]);
  });

  it("does not wait for one that is gone", async () => {
    fs.writeFileSync(scratch.file("loader"), "999999999");
    assert.deepEqual(await work(["backend"]), ["build backend", "load into nodes"]);
  });
});
