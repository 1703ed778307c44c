/** What `npm run bench` times. */
import * as fs from "node:fs";
import { ingressNginxValues, metricsServerValues } from "../plan/addOnValues";
import type { KindSettings, StackConfig } from "../config/settings";
import type { Values } from "../config/values";
import type { Project, Started } from "../tests/support/project";
import { until } from "../tests/support/until";
import { skaffoldRun } from "./skaffold";
import { buildImages, change, createCluster, imagesOf, kindOf } from "./support";
import { startTilt } from "./tilt";

/** Name of every stack. */
export const STACK = "bench";
/** Kubeconfig of the cluster that the bare commands make, relative to the project. */
const KUBECONFIG = ".kube-bare.yaml";
const UP = ["up", "--yes", "--skip-preview", "--stack", STACK];

/** Something that is timed: whole, unless it tells the seconds that count. */
export type Step = () => Promise<unknown>;

/** What Pulumi itself takes. */
export const EMPTY = "export const nothing = 0;\n";

/** What it takes with the three providers of this project, and next to nothing for them to do. */
export const PROVIDERS = `import * as local from "@pulumi/command/local";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";

new local.Command("command", { create: "true" });
new docker.Provider("docker");
new k8s.Provider("kubernetes", { kubeconfig: "{}" });
`;

/** An `up` of another program, in a folder of its own. */
export async function otherProgram(project: Project, name: string, program: string): Promise<Step> {
  fs.mkdirSync(project.path(name));
  project.write(`${name}/index.ts`, program);
  project.write(
    `${name}/Pulumi.yaml`,
    `name: ${name}\nruntime: nodejs\nmain: index.ts\nbackend: { url: file://. }\n`,
  );
  project.write(`${name}/Pulumi.bench.yaml`, "{}\n");
  const inside = ["--cwd", name, "--non-interactive"];
  await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK, ...inside]);
  return () => project.must("pulumi", [...UP, ...inside]);
}

export function pulumiSteps(project: Project, kind: KindSettings): Step[] {
  const up = () => project.must("pulumi", UP);
  const npm = (command: string, ...more: string[]) =>
    project.must("npm", ["run", command, "--", "--stack", STACK, ...more]);
  return [
    async () => {
      change(project);
      await up();
    },
    up,
    () => npm("up", "--yes"),
    () => npm("drift"),
    () => {
      const dev = project.start("npm", ["run", "dev", "--", "--stack", STACK]);
      return whileRunning(dev, async () => {
        await dev.said(/Watching .*Ctrl-C/);
        return untilServed(project, kind, () => dev.said(/served after/));
      });
    },
    () => project.must("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", STACK]),
  ];
}

/** What the specification's script does, with content in the tag so that a change rolls the pods. */
export function bareSteps(project: Project, config: StackConfig): Step[] {
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

export function skaffoldSteps(project: Project, config: StackConfig): Step[] {
  const deploy = () => skaffoldRun(project, kindOf(config), KUBECONFIG);
  return [deploy, deploy, () => untilServed(project, kindOf(config), deploy)];
}

/** Tilt watches, as `npm run dev` does. It is given time for its first state. */
export function tiltSteps(project: Project, kind: KindSettings): Step[] {
  const served = async () => {
    const seconds = await untilServed(project, kind);
    await rolledOut(project);
    return seconds;
  };
  return [
    () =>
      whileRunning(startTilt(project, kind, KUBECONFIG), async () => {
        await served();
        return served();
      }),
  ];
}

/** Waits until no pods of an earlier version are being replaced: a change amidst that would take longer. */
async function rolledOut(project: Project): Promise<void> {
  const rollout = ["rollout", "status", "deployment", "--namespace=soc-agent", "--timeout=3m"];
  await project.must("kubectl", ["--kubeconfig", KUBECONFIG, ...rollout]);
}

/** Does something while a program runs, and ends it then. */
async function whileRunning<T>(program: Started, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    process.kill(-program.pid, "SIGINT");
    await program.ended;
  }
}

export function cleanSteps(project: Project, { name }: KindSettings): Step[] {
  return [() => project.must("kind", ["delete", "cluster", "--name", name])];
}

/**
 * Changes the backend and brings the change into the cluster.
 *
 * @param bring given the version that is to be served; what watches the sources needs none
 * @returns seconds until the backend first tells that version, through the ingress
 */
async function untilServed(
  project: Project,
  { httpPort }: KindSettings,
  bring: (version: string) => Promise<unknown> = () => Promise.resolve(),
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
