import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { foreignBuilder, missingHelpers } from "../../../../cli/preflight/dockerSetup";
import { Scratch } from "../../support/fakes";

describe("Docker's own configuration", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  const helpers = (config: string) => {
    fs.writeFileSync(scratch.file("config.json"), config);
    scratch.program("docker-credential-here", "");
    return missingHelpers(scratch.env({ DOCKER_CONFIG: scratch.dir })).missing;
  };

  it("names each credential helper that is not there, once", () => {
    const config = { credsStore: "gone", credHelpers: { "gcr.io": "here", a: "gone", b: "b" } };
    assert.deepEqual(helpers(JSON.stringify(config)), [
      "docker-credential-gone",
      "docker-credential-b",
    ]);
    for (const fine of ['{"credsStore":"here"}', "{}", "", "[]"]) {
      assert.deepEqual(helpers(fine), []);
    }
  });

  const builders: [string, string, object | undefined][] = [
    ["the engine's own", "Name: default\nDriver: docker\n", undefined],
    [
      "one in a container",
      "Name:          remote\nDriver:        docker-container\nLast Activity: x\n",
      { name: "remote", driver: "docker-container" },
    ],
    [
      "one that loads by itself",
      'Name: b\nDriver: docker-container\nDriver Options: default-load="true"\n',
      undefined,
    ],
  ];
  for (const [title, said, expected] of builders) {
    it(`judges a builder: ${title}`, async () => {
      scratch.program("docker", `printf '${said.replaceAll("\n", "\\n")}'`);
      scratch.takePath();
      assert.deepEqual(await foreignBuilder(), expected);
    });
  }
});
