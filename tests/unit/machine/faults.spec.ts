import * as assert from "node:assert/strict";
import type { DockerFailure } from "../../../machine/docker";
import { noDocker, onOneLine } from "../../../machine/faults";

describe("noDocker", () => {
  const where = { context: "colima", host: "unix:///colima.sock", detail: "" };
  const cases: [DockerFailure, RegExp][] = [
    [{ reason: "no-cli", detail: "" }, /^no docker command on PATH\. Install Docker: https:/],
    [
      { ...where, reason: "denied" },
      /permission .* at unix:\/\/\/colima\.sock \(context "colima"\)\. Add yourself/,
    ],
    [{ ...where, reason: "unreachable" }, /no Docker engine answers at unix.*docker context use/],
  ];
  for (const [failure, message] of cases) {
    it(`tells what to do when it is ${failure.reason}`, () => {
      assert.match(onOneLine(noDocker(failure)), message);
    });
  }
});
