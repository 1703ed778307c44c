import assert from "node:assert/strict";
import { WsClient, type Api } from "./client.js";
import { eventually } from "./eventually.js";

/**
 * Connects clients to pods whose common store is empty, while threats are triggered on them, and
 * checks that batch and events together are all that is stored from the oldest of the batch on.
 */
export async function joinAmidstBurst(pods: readonly Api[]): Promise<void> {
  const pod = (index: number): Api => pods[index % pods.length] as Api;
  const triggers = Array.from({ length: 60 }, (_, index) => pod(index).trigger());
  const joining = Array.from({ length: 12 }, (_, index) => WsClient.connect(pod(index).port));
  await Promise.all(triggers);
  const last = (await pod(0).trigger()).id;
  const stored = (await pod(0).get("/api/threats?limit=100")).json as readonly { id: string }[];
  const newestFirst = stored.map((threat) => threat.id);
  assert.equal(newestFirst.length, 61);

  for (const client of await Promise.all(joining)) {
    // Who came late has it in the batch.
    const received = () => [...client.batch, ...client.events];
    await eventually(() => received().includes(last), "last threat");
    const got = received();
    assert.equal(new Set(got).size, got.length, "nothing twice");
    // Who got a batch of less than 20 has seen the beginning; the others start with their batch.
    const oldest = client.batch.length < 20 ? newestFirst.at(-1) : client.batch.at(-1);
    const since = newestFirst.slice(0, newestFirst.indexOf(oldest ?? "") + 1);
    const missing = since.filter((id) => !got.includes(id));
    assert.deepEqual(missing, [], "nothing missing");
    await client.close();
  }
}
