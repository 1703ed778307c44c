import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { Manifest } from "./manifest";
import { ROOT } from "../../../config/project";

/** The chart under test. */
export const CHART = path.join(ROOT, "charts/soc-agent");

/** The chart of the observability stack. */
export const STACK_CHART = path.join(ROOT, "charts/observability");

/** The chart's version. */
export const VERSION = (
  parse(readFileSync(path.join(CHART, "Chart.yaml"), "utf8")) as { version: string }
).version;

/** Values as they stand in a values file. */
export type Values = Readonly<Record<string, unknown>>;

/** Helm's program, unless a test names another one. */
const HELM = process.env.HELM ?? "helm";

/** How to call Helm. */
export interface HelmOptions {
  /** Its program. @default `$HELM`, or `"helm"` */
  readonly program?: string;
  /** Values on top of the chart's own. @default none */
  readonly values?: Values;
  /** Name of the release. @default `"soc-agent"` */
  readonly release?: string;
  /** Folder of the chart. @default {@link CHART} */
  readonly chart?: string;
  /** Kubernetes version that is rendered for. @default `"1.34.0"` */
  readonly kubeVersion?: string;
  /** More flags, for instance `--show-only`. @default none */
  readonly flags?: readonly string[];
}

/** What Helm said and how it ended. */
export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the real Helm. Never rejects because of Helm's exit code; rejects if there is no Helm.
 *
 * @param args Helm's arguments.
 * @param stdin Text for Helm's standard input.
 * @param program Its program.
 */
export function helm(
  args: readonly string[],
  stdin = "",
  program: string = HELM,
): Promise<HelmResult> {
  // Whatever cluster the user is connected to is none of these tests' business.
  const env = { ...process.env, KUBECONFIG: "/dev/null" };
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { env, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") {
          resolve({ code, stdout, stderr });
        } else {
          reject(new Error("cannot run helm; put it on PATH or name it in HELM", { cause: error }));
        }
      },
    );
    // Helm may end without having read its input: that is no error of ours.
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin);
  });
}

/** Runs `helm template` on the chart. */
export function template({
  program,
  values = {},
  release = "soc-agent",
  chart = CHART,
  kubeVersion = "1.34.0",
  flags = [],
}: HelmOptions = {}): Promise<HelmResult> {
  return helm(
    ["template", release, chart, "--kube-version", kubeVersion, "--values", "-", ...flags],
    JSON.stringify(values),
    program,
  );
}

/** Renderings by their options: many tests look at the same one, each at something else. */
const rendered = new Map<string, Promise<Manifest[]>>();

/**
 * Renders the chart; the same options give the same objects. With flags, such as those for a cluster to
 * ask (`--kube-apiserver`), they are rendered anew each time.
 *
 * @throws `Error` with Helm's own words, if Helm refuses.
 */
export function render(options: HelmOptions = {}): Promise<Manifest[]> {
  if (options.chart !== undefined || options.flags !== undefined) {
    return renderAnew(options);
  }
  const key = JSON.stringify(options);
  const known = rendered.get(key) ?? renderAnew(options);
  rendered.set(key, known);
  return known;
}

/** {@link render} without the memory. */
export async function renderAnew(options: HelmOptions): Promise<Manifest[]> {
  const { code, stdout, stderr } = await template(options);
  if (code !== 0) {
    throw new Error(stderr);
  }
  return parseManifests(stdout);
}

/**
 * What Helm says when it refuses these values.
 *
 * @throws `Error` if Helm takes them.
 */
export async function refusal(values: Values, flags: readonly string[] = []): Promise<string> {
  const { code, stderr } = await template({ values, flags });
  if (code === 0) {
    throw new Error(`helm accepted ${JSON.stringify(values)}`);
  }
  return stderr;
}

/** Runs `helm lint --strict`. */
export function lint(values: Values = {}, chart = CHART): Promise<HelmResult> {
  return helm(["lint", "--strict", chart, "--values", "-"], JSON.stringify(values));
}

/**
 * Objects in a stream of YAML documents. YAML that cannot be parsed, or that has a key twice, is an
 * error; a document without content is none.
 */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw error;
    }
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}
