import assert from "node:assert/strict";
import { Paced } from "../src/base/paced.js";

describe("paced questions", () => {
  it("are asked once for all who ask meanwhile, each with an answer that is newer than its question", async () => {
    const paced = new Paced<number>(20);
    let asked = 0;
    const ask = (key = "a") => paced.ask(key, async () => (asked += 1));
    const first = ask();
    const others = Array.from({ length: 100 }, () => ask());
    assert.deepEqual([await first, ...new Set(await Promise.all(others))], [1, 2]);
    assert.equal(await ask("b"), 3);
  });

  it("that fail fail for those who wait, and are asked again by the next", async () => {
    const paced = new Paced<number>(1);
    const failed = paced.ask("a", () => Promise.reject(new Error("away")));
    const next = paced.ask("a", async () => 1);
    await assert.rejects(failed, /away/);
    assert.equal(await next, 1);
  });
});
