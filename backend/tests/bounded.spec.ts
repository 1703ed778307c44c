import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, cutJson, fit, isDeeper, MAX_LEVELS } from "../src/base/bounded.js";
import { wellFormed } from "../src/base/wellFormed.js";

const sizeOf = (value: unknown): number => JSON.stringify(value).length;
const nested = (levels: number): unknown =>
  JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

describe("cut", () => {
  it("leaves what is short enough, and says how long the rest was", () => {
    assert.equal(cut("a".repeat(64), 64), "a".repeat(64));
    assert.equal(cut("a".repeat(65), 64), `${"a".repeat(37)}… [cut: 65 characters came]`);
  });

  it("keeps the first number when it is done once more", () => {
    assert.match(cut(cut("a".repeat(5000), 200), 100), /a… \[cut: 5000 characters came\]$/);
  });

  it("splits no character", () => {
    for (const start of ["", "a"]) {
      const result = cut(start + "💥".repeat(100), 64);
      assert.ok(result.length <= 64 && result.length > 60);
      assert.doesNotMatch(result, /\p{Surrogate}/u);
    }
  });
});

describe("isDeeper", () => {
  it("counts levels, and stops at the bound", () => {
    assert.deepEqual([isDeeper("x", 0), isDeeper([], 0), isDeeper([[1]], 2)], [false, true, false]);
    assert.equal(isDeeper({ a: [{}] }, 2), true);
    assert.equal(isDeeper(nested(100_000), 16), true);
  });
});

describe("fit", () => {
  it("gives any JSON back as it is where it fits, and else what fits", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 8 }),
        fc.integer({ min: 64, max: 2000 }),
        (value, most) => {
          const result = fit(value, most);
          assert.ok(sizeOf(result) <= most, `${sizeOf(result)} of ${most}`);
          if (sizeOf(value) <= most) {
            assert.equal(JSON.stringify(result), JSON.stringify(value));
          }
          assert.deepEqual(fit(result, most), result);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps what is small, and gives what is large equal parts", () => {
    const result = fit(
      { a: "x".repeat(5000), ip: "10.0.0.1", b: { c: "y".repeat(9000) }, level: 3 },
      1000,
    ) as { a: string; ip: string; b: { c: string }; level: number };
    assert.deepEqual(Object.keys(result), ["a", "ip", "b", "level"]);
    assert.deepEqual([result.ip, result.level], ["10.0.0.1", 3]);
    assert.match(result.a, /^x{350,}… \[cut: 5000 characters came\]$/);
    assert.match(result.b.c, /^y{300,}… \[cut: 9000 characters came\]$/);
  });

  it("says how many fields and items there were", () => {
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`key${at}`, at]));
    const result = fit({ fields, items: Array.from({ length: 9000 }, () => 1) }, 2000) as {
      fields: Record<string, unknown>;
      items: unknown[];
    };
    assert.equal(result.fields["…"], "[cut: 5000 fields came]");
    assert.equal(result.items.at(-1), "[cut: 9000 items came]");
    assert.ok(Object.keys(result.fields).length > 20 && result.items.length > 20);
  });

  it("bounds each text by itself, characters that are long in JSON, long keys, and levels", () => {
    assert.match(
      String((fit(["a".repeat(500)], 1000, 100) as string[])[0]),
      /500 characters came\]$/,
    );
    const hostile = `${"\u0000".repeat(900)}${"a".repeat(100_000)}`;
    for (const value of [hostile, { [hostile]: 1 }, [hostile, hostile], { a: hostile }]) {
      assert.ok(sizeOf(fit(value, 1000)) <= 1000);
    }
    assert.equal(isDeeper(fit(nested(100_000), 1000), MAX_LEVELS), false);
    assert.match(JSON.stringify(fit(nested(100_000), 1000)), /more levels came/);
  });
});

describe("cutJson", () => {
  it("is JSON, cut, of levels that people can look at", () => {
    const nested = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as unknown;
    assert.equal(cutJson({ a: [1] }, 1000), '{"a":[1]}');
    assert.match(cutJson(nested, 1000), /more levels came/);
    assert.match(
      cutJson({ a: "x".repeat(2000) }, 1000),
      /^\{"a":"x+… \[cut: 2008 characters came\]$/,
    );
  });

  it("looks at each of many fields about once", () => {
    let read = 0;
    const field = { toJSON: () => (read += 1) };
    const fields = Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`k${at}`, field]));
    cutJson({ a: { b: { c: fields } } }, 1000);
    assert.equal(read, 60_000);
  });
});

describe("wellFormed", () => {
  it("replaces halves of characters, also in names, and nothing else", () => {
    const whole = { "💥": ["💥", 1, null, { a: true }], b: "é" };
    assert.deepEqual(wellFormed(whole), whole);
    const halved = { "\ud83d": ["\udca5x", { a: "💥\ud83d" }] };
    assert.deepEqual(wellFormed(halved), { "\ufffd": ["\ufffdx", { a: "💥\ufffd" }] });
  });
});
