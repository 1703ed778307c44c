/** Where a secret could have got to. */
import { spawn } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { lines, must } from "../../../machine/run";
import type { Project } from "../../support/project";
import { KUBECONFIG, STACK, kubectl } from "./stack";

/** A text in which a secret is looked for, and what it is. */
export type Place = readonly [string, string];

/** All that is kept of a namespace and of the stack, but for the Secrets that are meant to hold secrets. */
export async function placesOf(project: Project, namespace: string): Promise<Place[]> {
  const inside = ["--namespace", namespace];
  // Some kinds are served by pods, such as metrics-server's, which a drained node may have had.
  await kubectl(
    project,
    "wait",
    "apiservices",
    "--all",
    "--for=condition=Available",
    "--timeout=90s",
  );
  const kinds = lines(
    await kubectl(project, ...["api-resources", "--namespaced", "--verbs=list", "--output=name"]),
  ).filter((kind) => kind !== "secrets");
  const kubeconfig = ["--kubeconfig", project.path(KUBECONFIG)];
  const get = ["get", kinds.join(), ...inside, "--output=yaml", "--ignore-not-found"];
  const objects = await must("kubectl", [...kubeconfig, ...get]);
  const pods = lines(await kubectl(project, "get", "pods", ...inside, "--output=name"));
  const logs = await Promise.all(
    pods.map((pod) => kubectl(project, "logs", pod, ...inside, "--all-containers", "--tail=-1")),
  );
  return [
    ["the state", await project.must("pulumi", ["stack", "export", "--stack", STACK])],
    ["the stack file", project.read(`Pulumi.${STACK}.yaml`)],
    ["an object that is no Secret", objects],
    ["a log", logs.join("\n")],
    ["Helm's storage", (await helmRecords(project, namespace)).join("\n")],
  ];
}

/** Helm's records of all revisions, readable: rendered objects, values and notes. */
async function helmRecords(project: Project, namespace: string): Promise<string[]> {
  const text = await kubectl(
    project,
    ...["get", "secrets", "--namespace", namespace, "--field-selector=type=helm.sh/release.v1"],
    "--output=jsonpath={range .items[*]}{.data.release}{'\\n'}{end}",
  );
  const decoded = (encoded: string) => Buffer.from(encoded, "base64");
  return lines(text).map((line) => gunzipSync(decoded(decoded(line).toString())).toString());
}

/** Whether a text is anywhere in the layers of an image. */
export async function inImage(image: string, text: string): Promise<boolean> {
  const child = spawn("docker", ["save", image], { stdio: ["ignore", "pipe", "inherit"] });
  let found = false;
  let bytes = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    const window = Buffer.concat([rest, chunk]);
    found ||= window.includes(text);
    rest = window.subarray(-text.length);
    bytes += chunk.length;
  }
  if (bytes === 0) {
    throw new Error(`docker save ${image} gave nothing`);
  }
  return found;
}
