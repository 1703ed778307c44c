/**
 * `npm run bench [-- --runs N]`: how long this project takes for a cold up, an up without changes, a
 * one-line change of the backend until it is served (`npm run dev`), and a destroy; each beside the same work
 * done by the bare commands one after the other, in the same run on the same machine. Only ratios mean anything.
 *
 * Both start with warm layers of the base images and npm packages, and build changed sources. Where there
 * is a `skaffold` or a `tilt`, it brings the same change into the same cluster as the bare commands.
 */
import pc from "picocolors";
import { withDefaults } from "../config/defaults";
import { mergeValues } from "../config/values";
import { committed, mirrors, Project } from "../tests/support/project";
import { median, numbersFrom } from "./measures";
import { hasSkaffold } from "./skaffold";
import {
  bareSteps,
  cleanSteps,
  EMPTY,
  otherProgram,
  PROVIDERS,
  pulumiSteps,
  skaffoldSteps,
  STACK,
  tiltSteps,
  type Step,
} from "./steps";
import { kindOf } from "./support";
import { hasTilt } from "./tilt";
import { run, runMain } from "../machine/run";
import { table } from "../machine/table";

/** What is timed, in the order in which it is done. */
const STEPS = {
  bare: ["create", "build", "load", "releases", "again", "change"],
  skaffold: ["first", "again", "change"],
  tilt: ["change"],
  clean: ["destroy"],
  pulumi: ["cold", "again", "checked", "drift", "change", "destroy"],
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
    what: "npm run up without changes",
    ours: time("pulumi checked"),
    theirs: time("pulumi again"),
    beside: "pulumi up, which looks at no object, keeps no rule and asks no address from outside",
  },
  {
    what: "npm run drift",
    ours: time("pulumi drift"),
    theirs: () => 3,
    beside: "what it may take of an idle cluster",
    target: 1,
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
  const { runs } = numbersFrom("bench", process.argv.slice(2));
  const project = await Project.copy("installed");
  // What Docker's memory decides would make other numbers on another machine.
  const observability = { install: false };
  const input = [mirrors(), { observability }].reduce(mergeValues, committed("dev"));
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
        // Beside a cluster, which takes its share of the machine also when it is idle.
        ...(await timeAll("empty", [empty])),
        ...(await timeAll("providers", [providers])),
        ...(await timeAll("clean", cleanSteps(project, kindOf(config)))),
        ...(await timeAll("pulumi", pulumiSteps(project, kindOf(config)))),
      });
    }
  } finally {
    await project.run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
    await run("kind", ["delete", "cluster", "--name", kindOf(config).name]);
    project.remove();
  }
  print(all);
}

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

runMain(main);
