import assert from "node:assert/strict";
import { ApiError } from "../src/lib/api";
import { decideAll } from "../src/lib/decisions";
import { makeThreat } from "./support/threats";

describe("a decision on several threats", () => {
  it("goes through all, one after the other, and tells of each that failed", async () => {
    const asked: unknown[] = [];
    let underWay = 0;
    const threats = ["a", "raced", "gone", "b"].map((id, n) => makeThreat({ id, version: n + 1 }));
    const report = await decideAll(threats, "resolved", async (id, decisions) => {
      assert.equal(underWay, 0);
      underWay += 1;
      asked.push([id, decisions]);
      await Promise.resolve();
      underWay -= 1;
      if (id === "gone") {
        throw new ApiError("Threat not found (HTTP 404)", 404);
      }
      return id === "raced"
        ? { kind: "conflict", threat: makeThreat({ id, version: 9, status: "analyzing" }) }
        : { kind: "changed", threat: makeThreat({ id, status: "resolved" }) };
    });
    assert.deepEqual(asked, [
      ["a", { version: 1, status: "resolved" }],
      ["raced", { version: 2, status: "resolved" }],
      ["gone", { version: 3, status: "resolved" }],
      ["b", { version: 4, status: "resolved" }],
    ]);
    assert.deepEqual(report, {
      done: 2,
      problems: [
        {
          id: "raced",
          text: "Bot traffic RetailMax: somebody else was faster, it is now acknowledged",
        },
        { id: "gone", text: "Bot traffic RetailMax: Threat not found (HTTP 404)" },
      ],
    });
  });
});
