/**
 * `npm run bench [-- --runs N]`: how long this project takes for a cold up, an up without changes, a
 * one-line change of the backend until it is served, and a destroy; each beside the same work done by the
 * bare commands one after the other, in the same run on the same machine. Only ratios mean anything.
 *
 * Both start with warm layers of the base images and npm packages, and build changed sources. Where there
 * is a `skaffold`, it brings the same change into the same cluster as the bare commands.
 */
import * as fs from "node:fs";
import pc from "picocolors";
import { ingressNginxValues } from "../components/ingressNginx";
import { metricsServerValues } from "../components/metricsServer";
import {
  mergeValues,
  withDefaults,
  type KindSettings,
  type StackConfig,
  type Values,
} from "../config";
import { askNewestBackend } from "../tests/support/askPod";
import { committed, mirrors, Project } from "../tests/support/project";
import { until } from "../tests/support/until";
import {
  buildImages,
  change,
  createCluster,
  imagesOf,
  kindOf,
  median,
  runsFrom,
} from "./benchSupport";
import { hasSkaffold, skaffoldRun } from "./benchSkaffold";
import { messageOf, run } from "./run";
import { table } from "./table";

const STACK = "bench";
/** Kubeconfig of the cluster that the bare commands make, relative to the project. */
const KUBECONFIG = ".kube-bare.yaml";
/** What is timed, in the order in which it is done. */
const STEPS = {
  bare: ["create", "build", "load", "releases", "again", "change"],
  skaffold: ["first", "again", "change"],
  clean: ["destroy"],
  pulumi: ["cold", "again", "change", "destroy"],
  empty: ["again"],
} as const;
type Who = keyof typeof STEPS;

/** Seconds of every step of one run. */
type Times = Readonly<Record<string, number>>;

/** One comparison: this project's seconds beside others' for the same work. */
interface Row {
  readonly what: string;
  readonly ours: (times: Times) => number;
  readonly theirs: (times: Times) => number;
  /** What theirs are. */
  readonly beside: string;
  /** Greatest ratio that is aimed at, where one is. */
  readonly target?: number;
}

const time = (name: string) => (times: Times) => times[name] ?? NaN;
const bareCold = (times: Times) =>
  ["create", "build", "load", "releases"].reduce(
    (sum, step) => sum + time(`bare ${step}`)(times),
    0,
  );
const slowestPath = (times: Times) =>
  time("bare create")(times) + Math.max(time("bare build")(times), time("bare load")(times));

const ROWS: readonly Row[] = [
  {
    what: "cold up",
    ours: time("pulumi cold"),
    theirs: bareCold,
    beside: "kind create, docker build, kind load, helm, one after the other",
    target: 0.65,
  },
  {
    what: "cold up",
    ours: time("pulumi cold"),
    theirs: slowestPath,
    beside: "kind create --wait and the slower of build and load",
    target: 1.35,
  },
  {
    what: "up without changes",
    ours: time("pulumi again"),
    theirs: time("empty again"),
    beside: "an empty TypeScript program of Pulumi",
    target: 1.3,
  },
  {
    what: "up without changes",
    ours: time("pulumi again"),
    theirs: time("bare again"),
    beside: "docker build, kind load, helm upgrade",
  },
  {
    what: "one-line change until served",
    ours: time("pulumi change"),
    theirs: time("bare change"),
    beside: "docker build, kind load, helm upgrade --wait",
    target: 0.6,
  },
  {
    what: "up without changes",
    ours: time("pulumi again"),
    theirs: time("skaffold again"),
    beside: "skaffold run",
  },
  {
    what: "one-line change until served",
    ours: time("pulumi change"),
    theirs: time("skaffold change"),
    beside: "skaffold run",
  },
  {
    what: "destroy",
    ours: time("pulumi destroy"),
    theirs: time("clean destroy"),
    beside: "kind delete cluster",
    target: 1.2,
  },
];

async function main(): Promise<void> {
  const runs = runsFrom(process.argv.slice(2));
  const project = await Project.copy("installed");
  const input = mergeValues(committed("dev"), mirrors());
  const config = withDefaults(input);
  const skaffold = await hasSkaffold();
  const all: Times[] = [];
  try {
    project.configure(STACK, input);
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
    const empty = emptyProgram(project);
    // What runs for the first time compiles and caches.
    await empty();
    for (let index = 0; index < runs; index += 1) {
      all.push({
        ...(await timeAll("bare", bareSteps(project, config))),
        ...(skaffold && (await timeAll("skaffold", skaffoldSteps(project, config)))),
        ...(await timeAll("clean", [() => deleteCluster(project, config)])),
        ...(await timeAll("pulumi", pulumiSteps(project))),
        ...(await timeAll("empty", [empty])),
      });
    }
  } finally {
    await project.run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
    await run("kind", ["delete", "cluster", "--name", kindOf(config).name]);
    project.remove();
  }
  print(all);
}

type Step = () => Promise<unknown>;

async function timeAll(who: Who, steps: readonly Step[]): Promise<Times> {
  const times: Record<string, number> = {};
  for (const [index, step] of steps.entries()) {
    const started = Date.now();
    await step();
    const name = `${who} ${STEPS[who][index]}`;
    times[name] = (Date.now() - started) / 1000;
    console.error(`${name}: ${times[name]?.toFixed(1)} s`);
  }
  return times;
}

/** An `up` of a program that has nothing in it: what Pulumi itself takes. */
function emptyProgram(project: Project): Step {
  fs.mkdirSync(project.path("empty"));
  project.write("empty/index.ts", "export const nothing = 0;\n");
  project.write(
    "empty/Pulumi.yaml",
    "name: empty\nruntime: nodejs\nmain: index.ts\nbackend: { url: file://. }\n",
  );
  project.write("empty/Pulumi.bench.yaml", "{}\n");
  const inside = ["--cwd", "empty", "--non-interactive"];
  return async () => {
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK, ...inside]);
    return project.must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK, ...inside]);
  };
}

function pulumiSteps(project: Project): Step[] {
  const up = () => project.must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK]);
  return [
    async () => {
      change(project);
      await up();
    },
    up,
    async () => {
      const status = change(project);
      await up();
      await served(project, `.kube/${STACK}.yaml`, status);
    },
    () => project.must("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]),
  ];
}

/** What the specification's script does, with content in the tag so that a change rolls the pods. */
function bareSteps(project: Project, config: StackConfig): Step[] {
  const kind = kindOf(config);
  const build = (tag: string) => buildImages(project, tag);
  const load = async (tag: string) => {
    for (const image of imagesOf(tag)) {
      await project.must("kind", ["load", "docker-image", image, "--name", kind.name]);
    }
  };
  const helm = async (
    name: string,
    namespace: string,
    { chart, repo, version }: StackConfig["ingress"]["source"],
    values: Values,
  ) => {
    project.write(`${name}-values.json`, JSON.stringify(values));
    const source = [...(repo ? ["--repo", repo] : []), ...(version ? ["--version", version] : [])];
    const where = ["--namespace", namespace, "--create-namespace", "--kubeconfig", KUBECONFIG];
    const how = ["--values", `${name}-values.json`, "--wait", "--timeout", "5m"];
    await project.must("helm", ["upgrade", "--install", name, chart, ...source, ...where, ...how]);
  };
  const releases = async (tag: string) => {
    const { ingress, metricsServer } = config;
    await helm("ingress-nginx", "ingress-nginx", ingress.source, ingressNginxValues("nginx"));
    await helm("metrics-server", "kube-system", metricsServer.source, metricsServerValues(true));
    await helm(
      "soc-agent",
      "soc-agent",
      { chart: "./charts/soc-agent" },
      {
        backend: { image: { tag } },
        frontend: { image: { tag } },
      },
    );
  };
  let tag = "";
  return [
    async () => {
      await createCluster(project, kind, KUBECONFIG);
      const context = ["config", "set-context", "--current", "--namespace", "soc-agent"];
      await project.must("kubectl", [...context, "--kubeconfig", KUBECONFIG]);
    },
    async () => {
      tag = change(project);
      await build(tag);
    },
    () => load(tag),
    async () => {
      await releases(tag);
      await answering(kind);
    },
    async () => {
      await build(tag);
      await load(tag);
      await releases(tag);
    },
    async () => {
      tag = change(project);
      await build(tag);
      await load(tag);
      await releases(tag);
      await served(project, KUBECONFIG, tag);
    },
  ];
}

function skaffoldSteps(project: Project, config: StackConfig): Step[] {
  const deploy = () => skaffoldRun(project, kindOf(config), KUBECONFIG);
  return [
    deploy,
    deploy,
    async () => {
      const status = change(project);
      await deploy();
      await served(project, KUBECONFIG, status);
    },
  ];
}

function deleteCluster(project: Project, config: StackConfig): Promise<string> {
  return project.must("kind", ["delete", "cluster", "--name", kindOf(config).name]);
}

/** Waits until the backend serves a change. */
async function served(project: Project, kubeconfig: string, status: string): Promise<void> {
  await until("the change", 60, async () => {
    const answer = await askNewestBackend(project, kubeconfig, "/");
    return answer.includes(`"${status}"`) ? true : undefined;
  });
}

async function answering({ httpPort }: KindSettings): Promise<void> {
  await until("an answer through the ingress", 60, async () => {
    const { ok } = await fetch(`http://localhost:${httpPort}/health`);
    return ok ? true : undefined;
  });
}

function print(all: readonly Times[]): void {
  console.log(
    pc.bold(`\nSeconds, ${all.length === 1 ? "one run" : `medians of ${all.length} runs`}`),
  );
  const rows = ROWS.flatMap(({ what, ours, theirs, beside, target }) => {
    const [a, b] = [median(all.map(ours)), median(all.map(theirs))];
    const numbers = [a.toFixed(1), b.toFixed(1), (a / b).toFixed(2)];
    // Whoever is not on this machine took no time.
    return isNaN(b) ? [] : [[what, ...numbers, target ? `<= ${target}` : "", beside]];
  });
  console.log(table([["", "pulumi", "other", "ratio", "target", "the other"], ...rows]));
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
