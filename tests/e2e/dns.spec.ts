/** Name resolution through the default policies, in clusters of all sorts: one row for each kind of DNS. */
import * as assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Project } from "../support/project";
import { NEIGHBOURS, RESOLVERS } from "../support/resolvers";
import { until } from "../support/until";
import { liveStack } from "./support/liveStack";
import { callerPods, type Caller } from "./support/reach";
import { answersTo, dnsAddresses, dnsPods } from "./support/standInDns";
import { CLUSTER, kubectl, objects, type Pod } from "./support/stack";

const NODE = `${CLUSTER}-worker2`;
const ALL = [...RESOLVERS, ...NEIGHBOURS];
/** Namespaces that the stack has not. */
const MADE = ["openshift-dns", "elsewhere"];

const as = (name: string, app: string): Caller => ({
  namespace: "soc-agent",
  name,
  labels: { app, release: "soc-agent", "app.kubernetes.io/name": "soc-agent" },
});
const PARTS = [
  as("dns-backend", "soc-backend"),
  as("dns-frontend", "soc-frontend"),
  as("dns-test", "soc-test"),
];
const REDIS = as("dns-redis", "redis");
/** A pod that no policy selects: what it does not reach either would prove nothing. */
const STRANGER: Caller = { namespace: "default", name: "dns-stranger" };
const CALLERS = [...PARTS, REDIS, STRANGER];

const both = (titles: readonly { readonly title: string }[]): string[] =>
  titles.flatMap(({ title }) => [`${title} TCP`, `${title} UDP`]).sort();

describe("DNS through the default policies, on a real cluster", function () {
  this.timeout("10m");
  let project: Project;
  /** What takes away again what was made, the last first. */
  const undo: (() => Promise<unknown>)[] = [];
  /** What answered each caller, by its name. */
  let seen: ReadonlyMap<string, readonly string[]> = new Map();

  before(async () => {
    ({ project } = await liveStack());
    const backends = ["--namespace", "soc-agent", "-l", "app=soc-backend"];
    const [backend] = await objects<Pod>(project, "pods", ...backends);
    const image = backend?.spec.containers[0]?.image;
    assert.ok(image, "no backend pod");

    undo.push(await dnsAddresses(ALL, image, NODE));
    const namespaces = MADE.map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    }));
    const items = [...namespaces, ...dnsPods(ALL, image), ...callerPods(CALLERS, image, NODE)];
    project.write("dns.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const gone = ["--ignore-not-found", "--timeout=60s"];
    undo.push(() => kubectl(project, "delete", ...gone, "-f", "dns.json"));
    await kubectl(project, "apply", "-f", "dns.json");
    // helm test's own policy lives only as long as its pod.
    const shown = "--show-only=templates/tests/test-networkpolicy.yaml";
    const chart = ["template", "soc-agent", "./charts/soc-agent", "--namespace=soc-agent", shown];
    project.write("dns-policy.yaml", await project.must("helm", chart));
    const policy = ["--namespace=soc-agent", "-f", "dns-policy.yaml"];
    undo.push(() => kubectl(project, "delete", ...gone, ...policy));
    await kubectl(project, "apply", ...policy);

    const made = new Set(items.filter(({ kind }) => kind === "Pod").map(keyOf));
    const addresses = await until("running stand-ins and callers", 90, async () => {
      const pods = await objects<Pod>(project, "pods", "--all-namespaces");
      const running = pods.filter((pod) => made.has(keyOf(pod)) && pod.status.phase === "Running");
      const found = new Map(running.map((pod) => [keyOf(pod), pod.status.podIP ?? ""]));
      return found.size === made.size ? found : undefined;
    });
    const addressOf = (namespace: string, name: string) =>
      addresses.get(keyOf({ metadata: { namespace, name } })) ?? "";

    const wanted = new Map<string, readonly string[]>([
      ...PARTS.map(({ name }) => [name, both(RESOLVERS)] as const),
      [REDIS.name, []],
      [STRANGER.name, both(ALL)],
    ]);
    // A policy takes some seconds to know a new pod. What never comes is each row's own failure.
    const settled = until("the policies' effect", 40, async () => {
      const asked = CALLERS.map(async (caller) => {
        return [caller.name, await answersTo(project, caller, ALL, addressOf)] as const;
      });
      seen = new Map(await Promise.all(asked));
      return isDeepStrictEqual(seen, wanted) || undefined;
    });
    await settled.catch(() => {});
  });
  after(async () => {
    for (const step of undo.reverse()) {
      await step();
    }
  });

  /** Of one destination: who is answered, as `<caller> <protocol>`. */
  const answered = (title: string, callers: readonly Caller[]) =>
    callers.flatMap(({ name }) =>
      ["TCP", "UDP"]
        .filter((protocol) => seen.get(name)?.includes(`${title} ${protocol}`))
        .map((protocol) => `${name} ${protocol}`),
    );

  for (const { title } of RESOLVERS) {
    it(`${title} answers every part and the test pod, and not Redis`, () => {
      const all = PARTS.flatMap(({ name }) => [`${name} TCP`, `${name} UDP`]);
      assert.deepEqual(answered(title, [...PARTS, REDIS]), all);
    });
  }
  for (const { title } of NEIGHBOURS) {
    it(`${title} is out of reach, though it is there`, () => {
      const stranger = [`${STRANGER.name} TCP`, `${STRANGER.name} UDP`];
      assert.deepEqual(answered(title, CALLERS), stranger);
    });
  }
});

/** Namespace and name of an object. */
function keyOf({ metadata }: { readonly metadata?: unknown }): string {
  const { namespace, name } = metadata as { readonly namespace: string; readonly name: string };
  return `${namespace}/${name}`;
}
