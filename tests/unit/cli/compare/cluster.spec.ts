import * as assert from "node:assert/strict";
import { compareClusters, type ClusterOptions } from "../../../../cli/compare/cluster";
import type { Own } from "../../../../cli/compare/compare";
import { NothingThere, type Looked } from "../../../../cli/drift/look";
import type { Comparison } from "../../../../plan/report";

describe("stacks beside their clusters", () => {
  /** Stacks of this checkout; one of the name "broken" does not render. */
  const own = (...stacks: readonly string[]) =>
    new Map(
      stacks.map((stack) => {
        const rendering =
          stack === "broken"
            ? Promise.reject<Own>(new Error("no such value"))
            : Promise.resolve({ planned: { stack } } as Own);
        rendering.catch(() => {});
        return [stack, rendering] as const;
      }),
    );
  /** What is asked for, and who asked: of "prod" there is nothing in its cluster, and "away" does not answer. */
  const fakes = () => {
    const keys = new Set<Buffer>();
    const options = {
      find: (stack, { WHERE }) =>
        stack === "prod"
          ? Promise.reject(new NothingThere(stack))
          : Promise.resolve({ of: { namespace: `${stack} ${WHERE}` } } as Looked),
      compare: ({ stack }, { of }, key) => {
        keys.add(key);
        return stack === "away"
          ? Promise.reject(new Error("it does not answer"))
          : Promise.resolve({ stack, rendered: of.namespace } as Comparison);
      },
    } satisfies ClusterOptions;
    return { options, keys };
  };
  const env = { WHERE: "here" };

  it("are each compared with what is found of it, by one key for all", async () => {
    const { options, keys } = fakes();
    assert.deepEqual(await compareClusters(own("dev", "test"), env, options), {
      base: "what Helm has stored in the cluster",
      stacks: [
        { stack: "dev", rendered: "dev here" },
        { stack: "test", rendered: "test here" },
      ],
      leftOut: [],
    });
    assert.equal(keys.size, 1);
  });

  it("that cannot be rendered or compared are told with the reason, and keep no other away", async () => {
    const { stacks, leftOut } = await compareClusters(
      own("broken", "away", "dev"),
      env,
      fakes().options,
    );
    assert.deepEqual(stacks, [
      { stack: "broken", problem: "The cluster cannot be compared with: no such value" },
      { stack: "away", problem: "The cluster cannot be compared with: it does not answer" },
      { stack: "dev", rendered: "dev here" },
    ]);
    assert.deepEqual(leftOut, []);
  });

  const nothing = "Stack prod has nothing in its cluster. Make it: npm run up -- --stack=prod";

  it("that have nothing there are left out, with the reason", async () => {
    const { stacks, leftOut } = await compareClusters(own("dev", "prod"), env, fakes().options);
    assert.deepEqual(stacks, [{ stack: "dev", rendered: "dev here" }]);
    assert.deepEqual(leftOut, [nothing]);
  });

  it("that have nothing there could not be compared where each has to be", async () => {
    const { stacks, leftOut } = await compareClusters(own("dev", "prod"), env, {
      ...fakes().options,
      all: true,
    });
    assert.deepEqual(stacks, [
      { stack: "dev", rendered: "dev here" },
      { stack: "prod", problem: `The cluster cannot be compared with: ${nothing}` },
    ]);
    assert.deepEqual(leftOut, []);
  });
});
