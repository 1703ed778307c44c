/**
 * `npm run bench:load [-- --runs N]`: ways of getting the images into the workers of a Kind cluster, all
 * in one run on one cluster: first into nodes that have none of them, then after a one-line change of the
 * backend. Needs the program `docker-registry`, as distributions package it.
 */
import * as fs from "node:fs";
import pc from "picocolors";
import { withDefaults } from "../config/defaults";
import { LOGINS, Registry } from "../tests/support/registry";
import { mirrors, Project } from "../tests/support/project";
import { until } from "../tests/support/until";
import { median, numbersFrom } from "./measures";
import { buildImages, change, createCluster, IDENTITY, imagesOf, kindOf } from "./support";
import { CTR, fullName, workers } from "../cluster/nodeImages";
import { docker } from "../machine/docker";
import { lines, must, runMain } from "../machine/run";
import { table } from "../machine/table";

/** Where images go. */
interface Place {
  readonly project: Project;
  /** Name of the cluster. */
  readonly cluster: string;
  /** An empty registry. */
  readonly registry: Registry;
  /** The registry as the nodes reach it: host and port. */
  readonly fromNodes: string;
}

/** A way of getting images from the engine into all workers. */
type Way = (images: readonly string[], place: Place) => Promise<unknown>;

const WAYS: Readonly<Record<string, Way>> = {
  "this program": (images, { project, cluster }) =>
    project.must("env", [
      ...[`CLUSTER_NAME=${cluster}`, `IMAGES=${images.join(" ")}`, `IDENTITY=${IDENTITY}`],
      ...["IDENTITY_FILE=bench.identity", "MAKER_FILE=bench.pid"],
      ...["node", "--require", "tsx/cjs", "scripts/loadImages.ts"],
    ]),
  "kind load docker-image": (images, { project, cluster }) =>
    project.must("kind", ["load", "docker-image", ...images, "--name", cluster]),
  "kind load image-archive": async (images, { project, cluster }) => {
    await project.must("docker", ["save", "--output", "images.tar", ...images]);
    await project.must("kind", ["load", "image-archive", "images.tar", "--name", cluster]);
  },
  "a registry": async (images, place) => {
    for (const image of images) {
      await push(image, place);
    }
    const { username, password } = LOGINS.pull;
    const pull = ["images", "pull", "--plain-http", "--user", `${username}:${password}`];
    await inWorkers(place.cluster, async (node) => {
      for (const image of images) {
        await docker(["exec", node, ...CTR, ...pull, `${place.fromNodes}/${image}`]);
      }
    });
  },
};

async function push(image: string, { project, registry }: Place): Promise<void> {
  const { username, password } = LOGINS.push;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  // A login of its own, so that the user's stays as it is.
  fs.mkdirSync(project.path("docker"), { recursive: true });
  project.write("docker/config.json", JSON.stringify({ auths: { [registry.name]: { auth } } }));
  await docker(["tag", image, `${registry.name}/${image}`]);
  await project.must("docker", ["--config", "docker", "push", `${registry.name}/${image}`]);
  await docker(["rmi", `${registry.name}/${image}`]);
}

async function inWorkers(cluster: string, work: (node: string) => Promise<void>): Promise<void> {
  await Promise.all((await workers(cluster)).map(({ name }) => work(name)));
}

/** Takes all of the application's images out of the nodes, the control-plane too, to which Kind loads as well. */
async function clear(cluster: string): Promise<void> {
  for (const node of lines(await must("kind", ["get", "nodes", "--name", cluster]))) {
    const ctr = (...args: string[]) => docker(["exec", node, ...CTR, ...args]);
    const ours = lines(await ctr("images", "ls", "--quiet")).filter((image) =>
      /\/soc-(backend|frontend):/.test(image),
    );
    if (ours.length > 0) {
      await ctr("images", "rm", "--sync", ...ours);
      // It remembers images by their ids, and Kind would only name one again.
      await docker(["exec", node, "systemctl", "restart", "containerd"]);
      await until(`containerd on ${node}`, 30, () => ctr("version"));
    }
  }
}

/** Fails unless every worker has the images, under whatever registry's name. */
async function assertLoaded(cluster: string, images: readonly string[]): Promise<void> {
  for (const { name, present } of await workers(cluster)) {
    for (const image of images) {
      if (![...present].some((one) => one === fullName(image) || one.endsWith(`/${image}`))) {
        throw new Error(`${name} did not get ${image}`);
      }
    }
  }
}

async function build(project: Project): Promise<string[]> {
  const tag = change(project);
  await buildImages(project, tag);
  return imagesOf(tag);
}

/** Seconds that a way takes. */
async function timed(way: Way, images: readonly string[], place: Place): Promise<number> {
  const started = Date.now();
  await way(images, place);
  const seconds = (Date.now() - started) / 1000;
  await assertLoaded(place.cluster, images);
  return seconds;
}

async function main(): Promise<void> {
  const { runs } = numbersFrom("bench:load", process.argv.slice(2));
  const kind = kindOf(withDefaults(mirrors()));
  const project = await Project.copy("installed");
  const times = new Map(Object.keys(WAYS).map((name) => [name, [] as [number, number][]]));
  try {
    await createCluster(project, kind, ".kube-bare.yaml");
    project.write("bench.identity", IDENTITY);
    const [first, changed] = [await build(project), await build(project)];
    for (let index = 0; index < runs; index += 1) {
      for (const [name, way] of Object.entries(WAYS)) {
        // A registry of its own each time: it must not have the layers already.
        const registry = await Registry.start();
        try {
          const { host: fromNodes } = new URL(await registry.openFor("kind", "http"));
          const place = { project, cluster: kind.name, registry, fromNodes };
          await clear(kind.name);
          const pair: [number, number] = [
            await timed(way, first, place),
            await timed(way, changed, place),
          ];
          times.get(name)?.push(pair);
          console.error(`${name}: ${pair.map((seconds) => `${seconds.toFixed(1)} s`).join(", ")}`);
        } finally {
          await registry.stop();
        }
      }
    }
  } finally {
    await project.run("kind", ["delete", "cluster", "--name", kind.name]);
    project.remove();
  }
  console.log(pc.bold(`\nSeconds, ${runs === 1 ? "one run" : `medians of ${runs} runs`}`));
  const rows = [...times].map(([name, pairs]) => [
    name,
    ...[0, 1].map((step) => median(pairs.map((pair) => pair[step] ?? NaN)).toFixed(1)),
  ]);
  console.log(table([["", "both images, into empty nodes", "after a change"], ...rows]));
}

runMain(main);
