/** Stand-ins for the DNS of clusters of all sorts: whatever they are asked, they answer. */
import type { Values } from "../../../config/values";
import { must } from "../../../machine/run";
import type { Project } from "../../support/project";
import type { Destination, PodsAt } from "../../support/resolvers";
import { evaluate, type Caller } from "./reach";
import { CLUSTER } from "./stack";

/** Holds the addresses, and what answers on them; both beside the nodes, in Kind's network. */
const HOLDER = `${CLUSTER}-dns-addresses`;
const ANSWERER = `${CLUSTER}-dns-answers`;

/** Program that answers over UDP and TCP, on each of a list of `[address, port]`. */
const answering = (places: readonly (readonly [string, number])[]) => `
  for (const [host, port] of ${JSON.stringify(places)}) {
    require("node:net").createServer((socket) => socket.end()).listen(port, host);
    const udp = require("node:dgram").createSocket("udp4");
    udp.on("message", (_, from) => udp.send("yes", from.port, from.address)).bind(port, host);
  }`;

/** Program of a caller: tries all places over both protocols at once, prints `title protocol` of what answered. */
const ASK = `
  import { createSocket } from "node:dgram";
  import { connect } from "node:net";
  const [places] = process.argv.slice(1).map((text) => JSON.parse(text));
  const WAIT_MS = 3000;
  const udp = (host, port) => new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (answered) => { clearInterval(again); resolve(answered); };
    socket.on("message", () => end(true)).on("error", () => end(false));
    const ask = () => socket.send("?", port, host);
    const again = setInterval(ask, WAIT_MS / 3);
    setTimeout(() => end(false), WAIT_MS);
    ask();
  });
  const tcp = (host, port) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: WAIT_MS }, () => resolve(true));
    socket.on("error", () => resolve(false)).on("timeout", () => resolve(false));
  });
  const answered = await Promise.all(places.flatMap(([title, host, port]) =>
    [["TCP", tcp], ["UDP", udp]].map(async ([name, ask]) =>
      (await ask(host, port)) ? [title + " " + name] : [])));
  console.log(JSON.stringify(answered.flat().sort()));
  process.exit();`;

const isAddress = (one: Destination): one is Destination & { readonly at: string } =>
  typeof one.at === "string";
const isPods = (one: Destination): one is Destination & { readonly at: PodsAt } => !isAddress(one);

/** Name of the stand-in for pods with these labels. */
const nameOf = ({ labels }: PodsAt): string => `stand-in-${Object.values(labels).join("-")}`;

/**
 * Pods that stand for DNS pods, each with an address of its own. They are never ready, so that no Service of
 * the real ones sends anything to them.
 */
export function dnsPods(destinations: readonly Destination[], image: string): Values[] {
  const all = destinations.filter(isPods);
  const pods = new Map(all.map(({ at }) => [`${at.namespace}/${nameOf(at)}`, at]));
  return [...pods].map(([key, { namespace, labels }]) => {
    const alike = all.filter(({ at }) => `${at.namespace}/${nameOf(at)}` === key);
    const places = alike.map(({ port }) => ["0.0.0.0", port] as const);
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name: nameOf({ namespace, labels }), labels },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        securityContext: { runAsUser: 0 },
        containers: [
          {
            name: "answers",
            image,
            imagePullPolicy: "Never",
            command: ["node", "--eval", answering(places)],
            readinessProbe: { exec: { command: ["false"] } },
          },
        ],
      },
    };
  });
}

/**
 * Makes the addresses among the destinations exist beside the nodes, and a way to them from one node: what
 * a node forwards is what policies see, and nothing that it would answer itself.
 *
 * @param image has Node.js
 * @returns what takes all of it away again
 */
export async function dnsAddresses(
  destinations: readonly Destination[],
  image: string,
  node: string,
): Promise<() => Promise<void>> {
  const places = destinations.filter(isAddress).map(({ at, port }) => [at, port] as const);
  const addresses = new Set(places.map(([address]) => address));
  const remove = async () => {
    await must("docker", ["rm", "--force", ANSWERER, HOLDER]);
    for (const address of addresses) {
      await must("docker", ["exec", node, "sh", "-c", `ip route del ${address}/32 || true`]);
    }
  };
  await remove();

  // A node's image has the tools for the addresses, the other one has Node.js.
  const tools = (await must("docker", ["inspect", "--format", "{{.Config.Image}}", node])).trim();
  const detached = ["run", "--detach", "--pull=never"];
  const holder = ["--name", HOLDER, "--network=kind", "--cap-add=NET_ADMIN", "--entrypoint=sleep"];
  await must("docker", [...detached, ...holder, tools, "infinity"]);
  for (const address of addresses) {
    const add = ["ip", "address", "add", `${address}/32`, "dev", "lo"];
    await must("docker", ["exec", HOLDER, ...add]);
  }
  const answers = ["--name", ANSWERER, `--network=container:${HOLDER}`, "--user=0"];
  const program = ["--entrypoint=node", image, "--eval", answering(places)];
  await must("docker", [...detached, ...answers, ...program]);

  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const via = (await must("docker", ["inspect", "--format", format, HOLDER])).trim();
  for (const address of addresses) {
    await must("docker", ["exec", node, "ip", "route", "replace", `${address}/32`, "via", via]);
  }
  return remove;
}

/**
 * What answers a caller, as `<title> <protocol>`, sorted.
 *
 * @param addressOf address of the pod of this namespace and name
 */
export function answersTo(
  project: Project,
  caller: Caller,
  destinations: readonly Destination[],
  addressOf: (namespace: string, name: string) => string,
): Promise<string[]> {
  const places = destinations.map(({ title, at, port }) => [
    title,
    typeof at === "string" ? at : addressOf(at.namespace, nameOf(at)),
    port,
  ]);
  return evaluate(project, caller, ASK, places);
}
