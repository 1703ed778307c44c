import * as assert from "node:assert/strict";
import { expectation, fits } from "../../../cluster/expectations";
import { SMOKE_CHECKS, type SmokeCheck } from "../../../config/settings";

const LIST = '[{"id":"t-1","severity":"HIGH"}]';

describe("fits", () => {
  const cases: readonly (readonly [SmokeCheck, number, string, boolean])[] = [
    [{ path: "/" }, 200, "", true],
    [{ path: "/" }, 302, "", false],
    [{ path: "/", status: 302 }, 302, "", true],
    [{ path: "/", contains: "<app-root" }, 200, "<body><app-root></app-root>", true],
    [{ path: "/", contains: "<app-root" }, 200, "<body></body>", false],
    [{ path: "/", contains: "<app-root" }, 502, "<app-root>", false],
    [{ path: "/", json: { status: "ok" } }, 200, '{"status":"ok","uptime":1}', true],
    [{ path: "/", json: { status: "ok" } }, 200, '{"status":"starting"}', false],
    [{ path: "/", json: { status: "ok" } }, 200, "ok", false],
    [{ path: "/", json: { redis: { ok: true } } }, 200, '{"redis":{"ok":true,"ms":1}}', true],
    [{ path: "/", json: { redis: null } }, 200, "{}", false],
    [{ path: "/", json: [] }, 200, "[]", true],
    [{ path: "/", json: [] }, 200, LIST, true],
    [{ path: "/", json: [] }, 200, "{}", false],
    [{ path: "/", json: [{ severity: "HIGH" }] }, 200, LIST, true],
    [{ path: "/", json: [{ severity: "LOW" }] }, 200, LIST, false],
    [{ path: "/", json: {} }, 200, "[]", false],
    [{ path: "/", json: 0 }, 200, "0", true],
  ];
  for (const [check, status, body, expected] of cases) {
    it(`${expected ? "takes" : "refuses"} ${status} ${body} for ${JSON.stringify(check)}`, () =>
      assert.equal(fits(check, { status, body }), expected));
  }
});

describe("expectation", () => {
  it("says all that an answer must be", () =>
    assert.deepEqual(SMOKE_CHECKS.map(expectation), [
      'status 200 and JSON with {"status":"healthy"}',
      "status 200 and JSON with []",
      'status 200 and a text with "<div id=\\"root\\""',
    ]));
});
