import * as assert from "node:assert/strict";
import { run } from "../../../machine/run";
import { Scratch } from "../support/fakes";

describe("scripts/buildImage.ts", () => {
  let scratch: Scratch;
  beforeEach(() => void (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  /** Builds with a buildx that writes metadata. */
  function build(to: string, metadata: object) {
    // The file is its last argument.
    scratch.program(
      "docker",
      `for file; do :; done; echo "#1 0.1 working" >&2; echo '${JSON.stringify(metadata)}' >"$file"`,
    );
    const recipe = {
      context: "api",
      dockerfile: "api/Dockerfile",
      secrets: { token: { env: "TOKEN" } },
    };
    const given = { IMAGE: "soc-api:1", BUILD: JSON.stringify(recipe), PLATFORM: "linux/arm64" };
    return run(process.execPath, ["--require", "tsx/cjs", "scripts/buildImage.ts"], {
      env: scratch.env({ ...given, TO: to, TOKEN: "canary" }),
    });
  }
  const digest = `sha256:${"0".repeat(64)}`;

  it("pushes, and prints the digest and nothing else", async () => {
    const { ok, stdout, reason } = await build("registry", { "containerimage.digest": digest });
    assert.ok(ok, reason);
    assert.equal(stdout, digest);
    assert.match(
      scratch.calls.join("\n"),
      /^docker buildx build --push --tag soc-api:1 --file api\/Dockerfile --platform linux\/arm64 --secret id=token,env=TOKEN --force-rm api --metadata-file \S+$/,
    );
  });

  it("loads into the engine what stays there, and prints nothing", async () => {
    const { stdout } = await build("engine", { "containerimage.digest": digest });
    assert.equal(stdout, "");
    assert.match(scratch.calls.join("\n"), /^docker buildx build --load --tag soc-api:1 /);
  });

  it("fails without the digest of what was pushed", async () => {
    const { ok, reason } = await build("registry", {});
    assert.ok(!ok);
    assert.match(reason, /buildx gave no digest for a pushed image/);
  });
});
