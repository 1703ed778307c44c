import * as assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { ChangeLoop } from "../../../../cli/dev/changeLoop";

/** A loop whose rounds are ended by the test, over a value that the test changes. */
class World {
  value = 0;
  /** The value that each round was given. */
  readonly rounds: number[] = [];
  readonly outdated: AbortSignal[] = [];
  /** Ends the running round, with an error if there is one. */
  end: (error?: Error) => void = () => undefined;
  private given = 0;
  private readonly events = new EventEmitter();

  readonly loop = new ChangeLoop({
    quiet: 5,
    pending: () => this.value !== this.given,
    round: (_, outdated) => {
      this.given = this.value;
      this.rounds.push(this.value);
      this.outdated.push(outdated);
      this.events.emit("round");
      return new Promise((resolve, reject) => {
        this.end = (error) => (error ? reject(error) : resolve());
      });
    },
  });

  change(value: number): void {
    this.value = value;
    this.loop.changed();
  }

  /** Waits for the start of a round. */
  async running(count: number): Promise<void> {
    while (this.rounds.length < count) {
      await once(this.events, "round");
    }
  }
}

/** Lets every timer that is due run, and some more. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 60));

describe("ChangeLoop", () => {
  let world: World;
  beforeEach(() => (world = new World()));

  it("makes one round of a burst of changes", async () => {
    [1, 2, 3].forEach((value) => world.change(value));
    await world.running(1);
    assert.deepEqual(world.rounds, [3]);
  });

  it("makes no round when nothing is different", async () => {
    world.loop.changed();
    await aWhile();
    world.change(1);
    world.change(0);
    await aWhile();
    assert.deepEqual(world.rounds, []);
  });

  it("runs one round at a time, and one more for all that came meanwhile", async () => {
    world.change(1);
    await world.running(1);
    world.change(2);
    await aWhile();
    world.change(3);
    await aWhile();
    assert.deepEqual(world.rounds, [1]);
    world.end();
    await world.running(2);
    assert.deepEqual(world.rounds, [1, 3]);
    world.end();
    await aWhile();
    assert.deepEqual(world.rounds, [1, 3]);
  });

  it("tells a round that it is outdated, but not of a change that is none", async () => {
    world.change(1);
    await world.running(1);
    world.loop.changed();
    await aWhile();
    assert.equal(world.outdated[0]?.aborted, false);
    const [outdated] = world.outdated;
    assert.ok(outdated);
    world.change(2);
    await once(outdated, "abort");
  });

  it("goes on after a round, whatever came of it", async () => {
    world.change(1);
    await world.running(1);
    world.end();
    await aWhile();
    world.change(2);
    await world.running(2);
  });

  it("ends at once when nothing runs, and starts nothing any more", async () => {
    world.change(1);
    world.loop.stop();
    await world.loop.ended;
    await aWhile();
    assert.deepEqual(world.rounds, []);
  });

  it("lets the running round end first", async () => {
    world.change(1);
    await world.running(1);
    world.change(2);
    world.loop.stop();
    let over = false;
    void world.loop.ended.then(() => (over = true));
    await aWhile();
    assert.equal(over, false);
    world.end();
    await world.loop.ended;
    assert.deepEqual(world.rounds, [1]);
  });

  it("ends with what a round throws", async () => {
    world.change(1);
    await world.running(1);
    world.end(new Error("broken"));
    await assert.rejects(world.loop.ended, /broken/);
  });
});
