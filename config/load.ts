/** The one place that reads stack configuration: typed, defaulted, and checked as a whole. */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { SECRETS, withDefaults } from "./defaults";
import { ownKeys } from "./file";
import { findProblems } from "./rules";
import { key } from "./schema";
import { refusalOfFolder } from "./folder.cjs";
import { PROJECT, ROOT } from "./project";
import type { StackConfig } from "./settings";
import type { Values } from "./values";

/**
 * Reads, defaults and checks the stack's configuration.
 *
 * @throws `pulumi.RunError`, which Pulumi prints without a stack trace, with every problem at once
 */
export function loadConfig(): StackConfig {
  const misplaced = refusalOfFolder(ROOT);
  if (misplaced !== undefined) {
    throw refusal("The project cannot work where it is:", [misplaced]);
  }
  const raw = parsedValues(ownKeys(pulumi.runtime.allConfig()));
  const problems = findProblems(raw, { stack: pulumi.getStack(), exists: fs.existsSync, isSecret });
  if (problems.length > 0) {
    throw configError(problems);
  }
  const config = new pulumi.Config(PROJECT);
  const secrets = SECRETS.map((name) => [name, config.getSecret(name)] as const);
  return withDefaults(raw, Object.fromEntries(secrets.filter(([, value]) => value)));
}

/** The error that lists problems of the stack's configuration. */
export function configError(problems: readonly string[]): pulumi.RunError {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return refusal(`${file} has ${count}:`, problems);
}

/** An error that lists problems, and that Pulumi prints without a stack trace. */
export function refusal(title: string, problems: readonly string[]): pulumi.RunError {
  const error = new pulumi.RunError([title, ...problems].join("\n  - "));
  // Its readers need the list and not our call frames. Besides, Pulumi inspects every stack, and
  // Node.js 20's util.inspect takes ten seconds over a frame such as node_modules/@pulumi/resource.ts:1.
  error.stack = "";
  return error;
}

/** The engine names the secret keys here; the SDK has no public function that tells. */
function isSecret(name: string): boolean {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]");
  return Array.isArray(keys) && keys.includes(key(name));
}

/** Pulumi hands objects over as JSON and texts as they are. */
function parsedValues(config: Values): Values {
  const parsed = Object.entries(config).map(([key, value]) => [key, parseValue(String(value))]);
  return Object.fromEntries(parsed) as Values;
}

function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
