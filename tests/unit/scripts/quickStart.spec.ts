import * as assert from "node:assert/strict";
import * as Module from "node:module";
import { must } from "../../../machine/run";
import { ROOT } from "../../../config/project";

describe("quickStart", () => {
  /** Runs a program with the preload, as Pulumi.yaml has it. Returns what it prints. */
  const node = (program: string) => {
    const preload = ["--require", "tsx/cjs", "--require", "./scripts/quickStart.cjs"];
    return must(process.execPath, [...preload, "--eval", program], { cwd: ROOT });
  };
  const loaded = `Object.keys(require.cache).filter((file) => /(@npmcli.arborist|typescript).lib/.test(file)).length`;

  it("keeps what only serialized functions need from being loaded with Pulumi's SDK", async () => {
    const program = `const { Output } = require("@pulumi/pulumi"); console.log(typeof Output, ${loaded})`;
    assert.equal(await node(program), "function 0\n");
  });

  it("keeps compiled code for the next start, where Node.js can", async () => {
    const cached = await node(
      'console.log(require("node:module").getCompileCacheDir?.() === undefined)',
    );
    assert.equal(cached, `${!("enableCompileCache" in Module)}\n`);
  });

  it("lets nobody map stack traces, of which the SDK takes one for every resource", async () => {
    const mapped = await node(`
      require("source-map-support/register");
      const files = Object.keys(require.cache);
      console.log(process.sourceMapsEnabled, files.filter((file) => /source-map/.test(file)).length);
    `);
    assert.equal(mapped, "false 0\n");
  });

  it("loads it as soon as it is used", async () => {
    const serialized = await node(`
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.serializeFunction(() => 41 + 1).then(({ text }) => console.log(text, ${loaded}));
    `);
    assert.match(serialized, /return 41 \+ 1|41 \+ 1/);
    assert.doesNotMatch(serialized, / 0\n$/);
  });
});
