/**
 * `npm run bench [-- --runs N]`: how long this project takes for a cold up, an up without changes, a
 * one-line change of the backend until it is served, and a destroy; each beside the same work done by the
 * bare commands one after the other, in the same run on the same machine. Only ratios mean anything.
 *
 * Both start with warm layers of the base images and npm packages, and build changed sources.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { ingressNginxValues } from "../components/ingressNginx";
import { kindConfig } from "../components/kindCluster";
import { metricsServerValues } from "../components/metricsServer";
import { withDefaults, type KindSettings, type StackConfig, type Values } from "../config";
import { askNewestBackend } from "../tests/support/askPod";
import { mirrors, Project } from "../tests/support/project";
import { until } from "../tests/support/until";
import { messageOf, run } from "./run";

const STACK = "bench";
/** The line that a change changes, in a file of the backend. */
const SOURCE = "backend/src/routes/health.ts";
const STATUS = /status: "running[^"]*"/;

/** One comparison: seconds for this project and for the bare commands. */
interface Row {
  readonly what: string;
  /** What the bare commands are. */
  readonly bare: string;
  /** Greatest ratio that is aimed at, where one is. */
  readonly target?: number;
}

const ROWS: readonly Row[] = [
  { what: "cold up", bare: "kind, docker build, kind load, helm", target: 0.8 },
  { what: "up without changes", bare: "docker build, kind load, helm upgrade" },
  { what: "one-line change until served", bare: "docker build, kind load, helm upgrade" },
  { what: "destroy", bare: "kind delete cluster", target: 1.3 },
];

/** Seconds of each row, in order. */
type Times = readonly number[];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "1" } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs must be a whole number from 1, got ${values.runs}`);
  }
  const project = await Project.copy("installed");
  const config = withDefaults(mirrors());
  const ours: Times[] = [];
  const bare: Times[] = [];
  try {
    project.configure(STACK, mirrors());
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
    for (let index = 0; index < runs; index += 1) {
      bare.push(await timeAll("bare commands", bareSteps(project, config)));
      ours.push(await timeAll("pulumi", pulumiSteps(project)));
    }
  } finally {
    await project.run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]);
    await run("kind", ["delete", "cluster", "--name", kindOf(config).name]);
    project.remove();
  }
  print(ours, bare, runs);
}

type Step = () => Promise<unknown>;

async function timeAll(who: string, steps: readonly Step[]): Promise<Times> {
  const times: number[] = [];
  for (const [index, step] of steps.entries()) {
    const started = Date.now();
    await step();
    times.push((Date.now() - started) / 1000);
    console.error(`${who}: ${ROWS[index]?.what} took ${times.at(-1)?.toFixed(1)} s`);
  }
  return times;
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
  const kubeconfig = ".kube-bare.yaml";
  const images = async (tag: string) => {
    for (const part of ["backend", "frontend"]) {
      await project.must("docker", ["build", "-q", "-t", `soc-${part}:${tag}`, part]);
    }
    for (const part of ["backend", "frontend"]) {
      await project.must("kind", [
        "load",
        "docker-image",
        `soc-${part}:${tag}`,
        "--name",
        kind.name,
      ]);
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
    const where = ["--namespace", namespace, "--create-namespace", "--kubeconfig", kubeconfig];
    const how = ["--values", `${name}-values.json`, "--wait", "--timeout", "5m"];
    await project.must("helm", ["upgrade", "--install", name, chart, ...source, ...where, ...how]);
  };
  const releases = async (tag: string) => {
    const { ingress, metricsServer } = config;
    await helm("ingress-nginx", "ingress-nginx", ingress.source, ingressNginxValues("nginx"));
    await helm("metrics-server", "kube-system", metricsServer.source, metricsServerValues());
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
      tag = change(project);
      project.write("kind.json", JSON.stringify(kindConfig(kind, "bare.bench")));
      const create = ["create", "cluster", "--name", kind.name, "--kubeconfig", kubeconfig];
      await project.must("kind", [...create, "--config", "kind.json", "--wait", "2m"]);
      await images(tag);
      await releases(tag);
      await answering(kind);
    },
    async () => {
      await images(tag);
      await releases(tag);
    },
    async () => {
      tag = change(project);
      await images(tag);
      await releases(tag);
      await served(project, kubeconfig, tag);
    },
    () => project.must("kind", ["delete", "cluster", "--name", kind.name]),
  ];
}

function kindOf({ cluster }: StackConfig): KindSettings {
  if (cluster.kind !== "kind") {
    throw new Error("the bench is about a Kind cluster");
  }
  return cluster;
}

let changes = Date.now();

/** Changes one line of the backend. Returns what it serves from then on. */
function change(project: Project): string {
  const before = project.read(SOURCE).match(STATUS)?.[0];
  if (!before) {
    throw new Error(`${SOURCE} has no line like ${STATUS}`);
  }
  const status = `running-${(changes += 1)}`;
  project.edit(SOURCE, before, `status: "${status}"`);
  return status;
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

function print(ours: readonly Times[], bare: readonly Times[], runs: number): void {
  console.log(pc.bold(`\nSeconds, ${runs === 1 ? "one run" : `medians of ${runs} runs`}`));
  const columns = ["", "pulumi", "bare", "ratio", "target", "the bare commands"];
  const rows = ROWS.map(({ what, bare: commands, target }, index) => {
    const [a, b] = [median(ours, index), median(bare, index)];
    const ratio = (a / b).toFixed(2);
    return [what, a.toFixed(1), b.toFixed(1), ratio, target ? `<= ${target}` : "", commands];
  });
  const widths = columns.map((_, column) =>
    Math.max(...[columns, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [columns, ...rows]) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  }
}

function median(times: readonly Times[], row: number): number {
  const sorted = times.map((one) => one[row] ?? NaN).sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
