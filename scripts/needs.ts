/** What a stack asks of the machine, read from its file alone: neither the stack nor Pulumi has to be there. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { withDefaults } from "../config/defaults";
import { findProblems } from "../config/rules";
import { PROJECT, type StackConfig } from "../config/settings";
import { isMap, type Values } from "../config/values";
import { stackFiles } from "../machine/files";
import type { Needs } from "./preflight";
import { ROOT, stackFile, STATE } from "./pulumi";

/** A stack's configuration, or what is wrong with it. */
export type Reading = { readonly config: StackConfig } | { readonly problems: readonly string[] };

/** Reads a stack's file. A stack need not have one: every key has a default. */
export function readStack(stack: string): Reading {
  const own = Object.entries(configOf(stackFile(stack)))
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]) => [key.slice(PROJECT.length + 1), value] as const);
  const raw: Values = Object.fromEntries(own);
  const problems = findProblems(raw, {
    exists: (file) => fs.existsSync(path.resolve(ROOT, file)),
    isSecret: (name) => isMap(raw[name]) && "secure" in raw[name],
  });
  return problems.length > 0 ? { problems } : { config: withDefaults(raw) };
}

/** Folder of the file backend's locks for a stack. */
export function locksOf(stack: string): string {
  return path.join(STATE, "locks", "organization", PROJECT, stack);
}

/** Works out what a stack needs. */
export function needsOf(stack: string, reading: Reading): Needs {
  const locks = locksOf(stack);
  if ("problems" in reading) {
    return { stack, locks, config: reading.problems, docker: true };
  }
  const { cluster, images } = reading.config;
  const base = { stack, locks, config: [] };
  if (cluster.kind === "existing") {
    return { ...base, docker: Object.values(images).some(({ kind }) => kind === "build") };
  }
  const { name, httpPort, httpsPort } = cluster;
  const identityFile = path.join(ROOT, stackFiles(stack).identity);
  return { ...base, docker: true, cluster: { name, ports: { httpPort, httpsPort }, identityFile } };
}

function configOf(file: string): Values {
  const content: unknown = fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : {};
  return isMap(content) && isMap(content["config"]) ? content["config"] : {};
}
