import * as assert from "node:assert/strict";
import { failedStep } from "../../../machine/failedStep";

/** What a compiler printed in the step that failed. */
const WORDS = [
  "✘ [ERROR] Unterminated string literal",
  "    src/main.ts:5:10:",
  '      5 │ void main("',
  "        ╵           ^",
];

/** Docker 29 with BuildKit, on standard error. Another stage was built beside the one that failed. */
const BUILDKIT = `#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 87B done
#1 DONE 0.0s

#5 [deps 2/2] RUN npm ci
#5 0.101 npm warn of the other stage

#6 [build 3/3] RUN node --run build
#6 0.225 
#6 0.225 ✘ [ERROR] Unterminated string literal
#6 ...

#5 [deps 2/2] RUN npm ci
#5 0.301 more of the other stage
#5 CANCELED

#6 [build 3/3] RUN node --run build
#6 0.225 
#6 0.225     src/main.ts:5:10:
#6 0.225       5 │ void main("
#6 0.225         ╵           ^
#6 ERROR: process "/bin/sh -c node --run build" did not complete successfully: exit code: 1
------
 > [build 3/3] RUN node --run build:
0.225 ✘ [ERROR] Unterminated string literal
0.225     src/main.ts:5:10:
------
Dockerfile:3
--------------------
   3 | >>> RUN node --run build
   4 |     
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c node --run build" did not complete successfully: exit code: 1
`;

/** The classic builder, on standard output: red where the step wrote to its standard error. */
const CLASSIC = `Sending build context to Docker daemon  2.403MB\r\r
Step 1/3 : FROM scratch
 ---> 
Step 2/3 : RUN echo other words
 ---> Running in 0fc652190fd3
other words
Removing intermediate container 0fc652190fd3
 ---> 8e4e6de8f259
Step 3/3 : RUN node --run build
 ---> Running in dfc652190fd3
\x1b[91m
✘ [ERROR] Unterminated string literal

    src/main.ts:5:10:
      5 │ void main("
        ╵           ^
\x1b[0mRemoving intermediate container dfc652190fd3
`;
const CLASSIC_ERROR = "The command '/bin/sh -c node --run build' returned a non-zero code: 1";
const DEPRECATED = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;

describe("failedStep", () => {
  it("finds what the failed step printed with BuildKit", () => {
    assert.deepEqual(failedStep({ stdout: "", stderr: BUILDKIT }), [
      ...WORDS,
      'process "/bin/sh -c node --run build" did not complete successfully: exit code: 1',
    ]);
  });

  for (const [client, notice] of [
    ["Docker 20.10", ""],
    ["a newer client", DEPRECATED],
  ] as const) {
    it(`finds it with the classic builder of ${client}`, () => {
      const stderr = `${notice}${CLASSIC_ERROR}\n`;
      assert.deepEqual(failedStep({ stdout: CLASSIC, stderr }), [...WORDS, CLASSIC_ERROR]);
    });
  }

  it("keeps the last lines of a step that says much", () => {
    const printed = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const stdout = ["Step 1/1 : RUN much", ...printed].join("\n");
    const stderr = [
      ...printed.map((line) => `#7 0.1 ${line}`),
      "#7 ERROR: process did not complete",
    ].join("\n");
    for (const said of [failedStep({ stdout: "", stderr }), failedStep({ stdout, stderr: "no" })]) {
      assert.equal(said.length, 31);
      assert.equal(said.at(0), "line 70");
      assert.equal(said.at(-2), "line 99");
    }
  });

  it("says why of a step that prints nothing", () => {
    const stderr = `#4 [1/1] COPY nope /x\n#4 ERROR: "/nope": not found\n------\n > [1/1] COPY:\n`;
    assert.deepEqual(failedStep({ stdout: "", stderr }), ['"/nope": not found']);
    const stdout = "Step 1/2 : FROM scratch\n ---> \nStep 2/2 : COPY nope /x\n";
    const classic = "COPY failed: stat nope: file does not exist\n";
    assert.deepEqual(failedStep({ stdout, stderr: classic }), [classic.trim()]);
  });

  it("says why of a Dockerfile that cannot be read, and of an engine that does not answer", () => {
    const error = "dockerfile parse error on line 1: unknown instruction: FORM";
    const stderr = `#1 [internal] load build definition from Dockerfile\n#1 DONE 0.1s\nERROR: ${error}\n`;
    assert.deepEqual(failedStep({ stdout: "", stderr }), [`ERROR: ${error}`]);
    const silent = "Cannot connect to the Docker daemon\n";
    assert.deepEqual(failedStep({ stdout: "", stderr: silent }), [silent.trim()]);
  });
});
