/**
 * Three real pods and one Redis: every client of every pod sees every threat. The scenarios are those of
 * the specification's integration tests. Tests build on each other.
 */
import * as assert from "node:assert/strict";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { liveStack } from "./support/liveStack";
import { Client, forwardTo, type Forward } from "./support/podClients";
import { URL, kubectl, objects, type Pod } from "./support/stack";

describe("three backend pods behind one Redis", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let pods: Forward[] = [];
  const clients: Client[] = [];

  const hpa = (minReplicas: number) => {
    const patch = JSON.stringify({ spec: { minReplicas } });
    return kubectl(project, "patch", "hpa", "soc-agent-backend", "--patch", patch);
  };
  const pod = (index: number) => {
    const found = pods[index];
    assert.ok(found, `no pod ${index}`);
    return found;
  };
  /** Connects clients, each to a base URL, and waits until all have their snapshot. */
  const connect = async (...urls: string[]) => {
    const made = await Promise.all(urls.map((url) => Client.connect(url)));
    clients.push(...made);
    return made;
  };
  /**
   * What each client received, in order, of all that came up to a last threat: after it, nothing that was
   * sent before can still be on its way.
   */
  const received = async (seen: readonly Client[]) => {
    const last = await pod(0).trigger({});
    return Promise.all(
      seen.map(async (client) => {
        const ids = await until("the last threat", 10, async () => {
          const all = client.received();
          return all.includes(last.id) ? all : undefined;
        });
        assert.equal(ids.at(-1), last.id);
        return ids.slice(0, -1);
      }),
    );
  };

  before(async () => {
    ({ project } = await liveStack());
    await hpa(3);
    const names = await until("three ready pods", 90, async () => {
      const found = await objects<Pod>(project, "pods", "-l", "app=soc-backend");
      const ready = found.filter(({ status }) =>
        status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      );
      return ready.length === 3 ? ready.map(({ metadata }) => metadata.name) : undefined;
    });
    pods = await Promise.all(names.map((name) => forwardTo(project, name)));
  });
  afterEach(() => {
    clients.splice(0).forEach((client) => client.close());
  });
  after(async () => {
    pods.forEach(({ close }) => close());
    await hpa(2);
  });

  it("save and retrieve: a threat that pod A made has the same id, customer and type there", async () => {
    const threat = await pod(0).trigger({ threat_type: "bot_traffic" });
    assert.deepEqual(await pod(0).get(threat.id), threat);
    assert.equal(threat.signal.threat_type, "bot_traffic");
  });

  it("single subscriber: a client of pod A receives the event once", async () => {
    const seen = await connect(pod(0).url);
    const { id } = await pod(0).trigger({});
    assert.deepEqual(await received(seen), [[id]]);
  });

  it("many subscribers of one pod: three clients of pod A receive it once each", async () => {
    const seen = await connect(pod(0).url, pod(0).url, pod(0).url);
    const { id } = await pod(0).trigger({});
    assert.deepEqual(await received(seen), [[id], [id], [id]]);
  });

  it("across pods: clients of A, B, C and of the ingress receive what A made, once and the same", async () => {
    const seen = await connect(...pods.map(({ url }) => url), URL);
    const threat = await pod(0).trigger({ threat_type: "rate_limit_breach" });
    assert.deepEqual(
      await received(seen),
      seen.map(() => [threat.id]),
    );
    for (const client of seen) {
      assert.deepEqual(client.threat(threat.id), threat);
    }
    for (const { get } of pods) {
      assert.deepEqual(await get(threat.id), threat);
    }
  });

  it("order: clients of all pods receive three threats of pod A in the order in which they were made", async () => {
    const seen = await connect(...pods.map(({ url }) => url));
    const ids: string[] = [];
    for (const threat_type of ["bot_traffic", "geo_anomaly", "device_compromise"]) {
      ids.push((await pod(0).trigger({ threat_type })).id);
    }
    assert.deepEqual(
      await received(seen),
      seen.map(() => ids),
    );
  });
});
