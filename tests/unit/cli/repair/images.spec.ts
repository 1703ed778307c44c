import * as assert from "node:assert/strict";
import { missedPodImages } from "../../../../cli/repair/images";

describe("images of pods that nodes were not given", () => {
  const command = (script: string, stdout: string) => ({
    urn: `urn:${script}`,
    type: "command:local:Command",
    inputs: { create: `exec node --require tsx/cjs scripts/${script}` },
    outputs: { stdout },
  });

  it("are tried again", () => {
    const missed = "warning: redis:7 could not be fetched (denied): the nodes will have to pull it";
    assert.deepEqual(missedPodImages({ resources: [command("podImages.ts", missed)] }), [
      "--replace",
      "urn:podImages.ts",
    ]);
    const done = [
      command("podImages.ts", "Loaded in 1.0 s"),
      command("podImages.ts", "warning: the images of x are left to the nodes: it is no file"),
      command("stackImages.ts", missed),
    ];
    assert.deepEqual(missedPodImages({ resources: done }), []);
  });
});
