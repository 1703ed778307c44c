/**
 * `npm run bench [-- --runs N]`: how long this project takes for a cold up, an up without changes, a
 * one-line change of the backend until it is served (`npm run dev`), and a destroy; each beside the same work
 * done by the bare commands one after the other, in the same run on the same machine. Only ratios mean anything.
 *
 * Both start with warm layers of the base images and npm packages, and build changed sources. Where there
 * is a `skaffold` or a `tilt`, it brings the same change into the same cluster as the bare commands.
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
import { committed, mirrors, Project, type Started } from "../tests/support/project";
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
import { hasTilt, startTilt } from "./benchTilt";
import { messageOf, run } from "./run";
import { table } from "./table";

const STACK = "bench";
/** Kubeconfig of the cluster that the bare commands make, relative to the project. */
const KUBECONFIG = ".kube-bare.yaml";
/** What is timed, in the order in which it is done. */
const STEPS = {
  bare: ["create", "build", "load", "releases", "again", "change"],
  skaffold: ["first", "again", "change"],
  tilt: ["first", "change"],
  clean: ["destroy"],
  pulumi: ["cold", "again", "change", "destroy"],
  empty: ["again"],
  providers: ["again"],
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
    theirs: time("providers again"),
    beside: "a program of Pulumi that has but one provider of each kind",
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
    what: "one-line change until served",
    ours: time("pulumi change"),
    theirs: time("tilt change"),
    beside: "tilt up",
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
  const [skaffold, tilt] = await Promise.all([hasSkaffold(), hasTilt()]);
  const all: Times[] = [];
  try {
    project.configure(STACK, input);
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
    const empty = await otherProgram(project, "empty", EMPTY);
    const providers = await otherProgram(project, "providers", PROVIDERS);
    // What runs for the first time compiles and caches, and makes what there is to make.
    await empty();
    await providers();
    for (let index = 0; index < runs; index += 1) {
      all.push({
        ...(await timeAll("bare", bareSteps(project, config))),
        ...(skaffold && (await timeAll("skaffold", skaffoldSteps(project, config)))),
        ...(tilt && (await timeAll("tilt", tiltSteps(project, kindOf(config))))),
        ...(await timeAll("clean", [() => deleteCluster(project, config)])),
        ...(await timeAll("pulumi", pulumiSteps(project, kindOf(config)))),
        ...(await timeAll("empty", [empty])),
        ...(await timeAll("providers", [providers])),
      });
    }
  } finally {
    await project.run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
    await run("kind", ["delete", "cluster", "--name", kindOf(config).name]);
    project.remove();
  }
  print(all);
}

/** Something that is timed: whole, unless it tells the seconds that count. */
type Step = () => Promise<unknown>;

async function timeAll(who: Who, steps: readonly Step[]): Promise<Times> {
  const times: Record<string, number> = {};
  for (const [index, step] of steps.entries()) {
    const started = Date.now();
    const told = await step();
    const name = `${who} ${STEPS[who][index]}`;
    times[name] = typeof told === "number" ? told : (Date.now() - started) / 1000;
    console.error(`${name}: ${times[name]?.toFixed(1)} s`);
  }
  return times;
}

/** What Pulumi itself takes. */
const EMPTY = "export const nothing = 0;\n";

/** What it takes with the three providers of this project, and next to nothing for them to do. */
const PROVIDERS = `import * as local from "@pulumi/command/local";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";

new local.Command("command", { create: "true" });
new docker.Provider("docker");
new k8s.Provider("kubernetes", { kubeconfig: "{}" });
`;

/** An `up` of another program, in a folder of its own. */
async function otherProgram(project: Project, name: string, program: string): Promise<Step> {
  fs.mkdirSync(project.path(name));
  project.write(`${name}/index.ts`, program);
  project.write(
    `${name}/Pulumi.yaml`,
    `name: ${name}\nruntime: nodejs\nmain: index.ts\nbackend: { url: file://. }\n`,
  );
  project.write(`${name}/Pulumi.bench.yaml`, "{}\n");
  const inside = ["--cwd", name, "--non-interactive"];
  await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK, ...inside]);
  return () =>
    project.must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK, ...inside]);
}

function pulumiSteps(project: Project, kind: KindSettings): Step[] {
  const up = () => project.must("pulumi", ["up", "--yes", "--skip-preview", "--stack", STACK]);
  return [
    async () => {
      change(project);
      await up();
    },
    up,
    () =>
      watching(project, async (dev) => {
        const bring = () => dev.said(/served after/);
        return untilServed(project, kind, bring);
      }),
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
    () =>
      untilServed(project, kind, async (version) => {
        await build(version);
        await load(version);
        await releases(version);
      }),
  ];
}

function skaffoldSteps(project: Project, config: StackConfig): Step[] {
  const deploy = () => skaffoldRun(project, kindOf(config), KUBECONFIG);
  return [deploy, deploy, () => untilServed(project, kindOf(config), deploy)];
}

/** Waits until no pods of an earlier version are being replaced: a change amidst that would take longer. */
async function rolledOut(project: Project): Promise<void> {
  const rollout = ["rollout", "status", "deployment", "--namespace=soc-agent", "--timeout=3m"];
  await project.must("kubectl", ["--kubeconfig", KUBECONFIG, ...rollout]);
}

/** Tilt watches from its first state on. */
function tiltSteps(project: Project, kind: KindSettings): Step[] {
  let tilt: Started | undefined;
  return [
    () =>
      untilServed(project, kind, async () => {
        tilt = startTilt(project, kind, KUBECONFIG);
      }),
    async () => {
      await rolledOut(project);
      const seconds = await untilServed(project, kind, async () => {});
      await rolledOut(project);
      await interrupt(tilt);
      return seconds;
    },
  ];
}

async function interrupt(started: Started | undefined): Promise<void> {
  if (started) {
    process.kill(-started.pid, "SIGINT");
    await started.ended;
  }
}

/** Does something while `npm run dev` watches. */
async function watching<T>(project: Project, work: (dev: Started) => Promise<T>): Promise<T> {
  const dev = project.start("npm", ["run", "dev", "--", "--stack", STACK]);
  try {
    await dev.said(/Watching .*Ctrl-C/);
    return await work(dev);
  } finally {
    await interrupt(dev);
  }
}

function deleteCluster(project: Project, config: StackConfig): Promise<string> {
  return project.must("kind", ["delete", "cluster", "--name", kindOf(config).name]);
}

/**
 * Changes the backend and brings the change into the cluster.
 *
 * @param bring given the version that is to be served
 * @returns seconds until the backend first tells that version, through the ingress
 */
async function untilServed(
  project: Project,
  { httpPort }: KindSettings,
  bring: (version: string) => Promise<unknown>,
): Promise<number> {
  const started = Date.now();
  const version = change(project);
  const look = async () => {
    const answer = await fetch(`http://localhost:${httpPort}/health`);
    return (await answer.text()).includes(`"${version}"`) ? Date.now() : undefined;
  };
  const [served] = await Promise.all([until("the change", 120, look, 100), bring(version)]);
  return (served - started) / 1000;
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
