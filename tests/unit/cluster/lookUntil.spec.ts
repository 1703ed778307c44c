import * as assert from "node:assert/strict";
import { lookUntil } from "../../../cluster/lookUntil";

describe("lookUntil", () => {
  let looks = 0;
  beforeEach(() => (looks = 0));
  const look = () => Promise.resolve((looks += 1));

  it("looks until what it sees will do", async () => {
    assert.equal(await lookUntil(look, (seen) => seen === 3, Date.now() + 10_000, 1), 3);
    assert.equal(looks, 3);
  });

  it("gives what it saw last when time is up, having looked once at least", async () => {
    assert.equal(await lookUntil(look, () => false, Date.now() - 1, 1), 1);
    assert.equal(looks, 1);
  });

  it("lets through what looking throws", async () => {
    const fails = () => Promise.reject(new Error("gone"));
    await assert.rejects(
      lookUntil(fails, () => true, Date.now() + 10_000),
      /gone/,
    );
  });
});
