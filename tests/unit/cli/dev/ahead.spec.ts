import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { imageRefs } from "../../../../plan/imageRefs";
import { withDefaults } from "../../../../config/defaults";
import type { BuildSettings, Part } from "../../../../config/settings";
import { HopelessError, workAhead } from "../../../../cli/dev/ahead";
import { Scratch } from "../../support/fakes";

const IDENTITY = "0123456789ab.cdef";

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
  build*)
    if [ ! -e ${scratch.file("broken")} ]; then
      echo "docker.io/library/$3" >${scratch.file("images")}
    else
      case "$BUILDKIT_PROGRESS $*" in
        *--quiet*) ;;
        plain*) echo "#9 0.5     src/main.ts:5:10:" >&2; echo "#9 ERROR: process: exit code: 1" >&2 ;;
      esac
      exit 1
    fi ;;
  *role=worker*) echo soc-demo-worker ;;
  ps*) echo "soc-demo-worker running" ;;
  cp*) echo "soc-agent.dev/identity=${IDENTITY}" ;;
  exec*) read -r image <${scratch.file("images")}; echo "{\\"images\\":[{\\"repoTags\\":[\\"$image\\"]}]}" ;;
esac`,
    );
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  /** The configuration, with more of how the backend is built. */
  const scratched = (more: Partial<BuildSettings> = {}) => ({
    images: {
      backend: {
        context: scratch.file("backend"),
        dockerfile: scratch.file("backend", "Dockerfile"),
        ...more,
      },
      frontend: { ref: "registry.example.com/dashboard:7" },
    },
  });

  /** Works ahead for some parts. Returns what was done. */
  async function work(
    parts: readonly Part[],
    only = false,
    more: Partial<BuildSettings> = {},
  ): Promise<string[]> {
    const done: string[] = [];
    const stack = withDefaults(scratched(more));
    const refs = imageRefs(stack.images);
    ref = refs.backend;
    const served = await workAhead({
      config: stack,
      files: {
        kubeconfig: scratch.file("kubeconfig"),
        identity: scratch.file("identity"),
        maker: scratch.file("maker"),
      },
      pods: { kubeconfigFile: scratch.file("kubeconfig"), namespace: "soc-agent" },
      refs,
      images: refs,
      parts,
      only,
      platform: "linux/arm64",
      env: process.env,
      during: async (name, work) => {
        await work();
        done.push(name);
      },
      stop: new AbortController().signal,
    });
    return served ? [...done, "served"] : done;
  }
  let ref = "";
  const builds = () => scratch.calls.filter((call) => call.startsWith("docker build"));

  it("builds what changed under the name that Pulumi gives it, and loads it", async () => {
    assert.deepEqual(await work(["backend"]), ["build backend", "load into nodes"]);
    assert.equal(builds().length, 1);
    assert.match(builds()[0] ?? "", new RegExp(`--tag ${ref} .* --platform linux/arm64 `));
  });

  it("builds with the arguments and the stage that Pulumi's provider is given", async () => {
    await work(["backend"], false, { args: { A: "1", B: "two words" }, target: "runtime" });
    assert.match(
      builds()[0] ?? "",
      / --build-arg A=1 --build-arg B=two words --target runtime --force-rm \S+backend$/,
    );
  });

  it("builds with secrets by buildx, into the engine", async () => {
    const secrets = { npmrc: { file: "/etc/npmrc, mine" }, token: { env: "NPM_TOKEN" } };
    scratch.program("docker", "");
    await assert.rejects(work(["backend"], false, { secrets }), /is not being made/);
    const [call = ""] = builds();
    assert.match(call, /^docker buildx build --load --tag \S+:sha-\w+ /);
    assert.ok(
      call.includes(
        ' --secret id=npmrc,"src=/etc/npmrc, mine" --secret id=token,env=NPM_TOKEN --force-rm ',
      ),
    );
    assert.equal(ref, imageRefs(withDefaults(scratched()).images).backend);
  });

  it("leaves out what is not built here, and has nothing to load then", async () => {
    assert.deepEqual(await work(["frontend"]), []);
    assert.deepEqual(scratch.calls, []);
  });

  it("loads nothing that does not build, and says what the build said", async () => {
    fs.writeFileSync(scratch.file("broken"), "");
    await assert.rejects(work(["backend"], true), (error: Error) => {
      assert.ok(error instanceof HopelessError);
      assert.match(
        error.message,
        /^docker build .*: exit code 1\n {4}src\/main\.ts:5:10:\nprocess: exit code: 1$/,
      );
      return true;
    });
    assert.equal(scratch.calls.length, 1);
  });

  it("says how to mend it when what was built is not in the engine", async () => {
    scratch.program("docker", 'case "$*" in "image inspect"*) exit 1 ;; esac');
    await assert.rejects(work(["backend"], true), (error: Error) => {
      assert.ok(error instanceof HopelessError);
      assert.ok(error.message.startsWith(`${ref} was built and is not in the Docker engine`));
      assert.match(error.message, /Choose the engine's own: docker buildx use default$/);
      return true;
    });
    assert.ok(!scratch.calls.some((call) => call.startsWith("docker exec")));
  });

  it("does not wait for a cluster that is gone", async () => {
    fs.writeFileSync(scratch.file("identity"), "0123456789ab.gone");
    await assert.rejects(work(["backend"]), /cluster soc-demo is not being made/);
  });

  it("gives pods the new image when nothing else is new, and waits for them", async () => {
    scratch.program("kubectl", 'case "$*" in *backend*=*) echo updated ;; esac');
    const done = await work(["backend"], true);
    assert.deepEqual(done, ["build backend", "load into nodes", "roll out", "served"]);
    const kubectl = scratch.calls.filter((call) => call.startsWith("kubectl"));
    const image = ref.replace(/^docker.io[/]library[/]/, "");
    assert.ok(
      kubectl.some(
        (call) => call.includes(`set image deployment`) && call.endsWith(`backend=${image}`),
      ),
    );
    assert.match(
      kubectl.at(-1) ?? "",
      /rollout status deployment .*component in [(]backend[)] --timeout=300s$/,
    );
  });

  it("takes pods back to an image that was built before", async () => {
    scratch.program("kubectl", 'case "$*" in *"set image"*backend=*) echo updated ;; esac');
    assert.deepEqual(await work([], true), ["roll out", "served"]);
    assert.ok(scratch.calls.some((call) => call.includes("rollout status")));
  });

  it("waits for no pods that stay", async () => {
    scratch.program("kubectl", "");
    assert.deepEqual(await work([], true), ["roll out", "served"]);
    assert.ok(!scratch.calls.some((call) => call.includes("rollout status")));
  });
});
