/** A stack's configuration as its file alone tells it: neither the stack nor Pulumi has to be there. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { SECRETS, withDefaults, type SecretKey } from "./defaults";
import { PROJECT, ROOT, stackFile } from "./project";
import { findProblems } from "./rules";
import type { StackConfig } from "./settings";
import { isMap, type Values } from "./values";

/** A stack's configuration and which secrets are set, or what is wrong with it. */
export type Reading =
  | { readonly config: StackConfig; readonly secrets: readonly SecretKey[] }
  | { readonly problems: readonly string[] };

/** Reads a stack's file. A stack need not have one: every key has a default. */
export function readStack(stack: string): Reading {
  const file = readYaml(stackFile(stack));
  if ("problems" in file) {
    return file;
  }
  const raw = ownKeys(configOf(file.content));
  const problems = findProblems(raw, {
    stack,
    exists: (file) => fs.existsSync(path.resolve(ROOT, file)),
    isSecret: (name) => isMap(raw[name]) && "secure" in raw[name],
  });
  const secrets = SECRETS.filter((name) => name in raw);
  return problems.length > 0 ? { problems } : { config: withDefaults(raw), secrets };
}

/** Names of the stacks that have a file. */
export function stacksWithFile(): string[] {
  const names = fs
    .readdirSync(ROOT)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  return names.sort();
}

/** On what kind of cluster a stack's file puts it; unknown where that is missing or wrong. */
export function clusterKind(stack: string): StackConfig["cluster"]["kind"] | "unknown" {
  if (!fs.existsSync(stackFile(stack))) {
    return "unknown";
  }
  const reading = readStack(stack);
  return "config" in reading ? reading.config.cluster.kind : "unknown";
}

/** The keys that are the project's, without its prefix. */
export function ownKeys(config: Values): Values {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(`${PROJECT}:`))
      .map(([key, value]) => [key.slice(PROJECT.length + 1), value]),
  );
}

/** What a file holds, nothing where there is none; or each problem of its YAML with the place. */
export function readYaml(
  file: string,
): { readonly content: unknown } | { readonly problems: readonly string[] } {
  const document = parseDocument(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
  const problemOf = ({ message }: Error) =>
    `${path.basename(file)} is no YAML: ${message.replace(/:?\n[^]*/, "")}. Mend it, or put quotes around the value`;
  if (document.errors.length > 0) {
    return { problems: document.errors.map(problemOf) };
  }
  try {
    return { content: document.toJS() as unknown };
  } catch (error) {
    // A host such as *.example.com without quotes is taken for a reference to what is not there.
    return { problems: [problemOf(error as Error)] };
  }
}

function configOf(content: unknown): Values {
  return isMap(content) && isMap(content["config"]) ? content["config"] : {};
}
