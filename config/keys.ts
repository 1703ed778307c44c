/** The keys of a stack file as documents list them: what each is, and what holds without it. */
import { z } from "zod";
import { BLOCKS, namesIn, type AddOnName, type Controller } from "./addOns";
import { withDefaults } from "./defaults";
import { schema } from "./schema";
import { PARTS, type StackConfig } from "./settings";
import { isMap } from "./values";

/** A key of a stack file. */
export interface Key {
  /** Without the project's prefix, such as `cluster.kind.name`. */
  readonly name: string;
  /** What holds without it, in Markdown; empty when nothing does. */
  readonly byDefault: string;
  /** What it is, in Markdown. */
  readonly what: string;
}

/** The key's place in a stack file. */
type Path = readonly string[];

/**
 * Every key of a stack file, in the schema's order. Parts have the same keys, which are listed once.
 *
 * @throws Error for one that the schema does not describe
 */
export function keys(): Key[] {
  return keysBelow(schema, []);
}

function keysBelow(node: z.ZodObject, path: Path): Key[] {
  return Object.entries(node.shape as z.ZodRawShape).flatMap(([name, entry]) => {
    const at = [...path, name];
    const inner = entry instanceof z.ZodOptional ? entry.unwrap() : entry;
    if (inner instanceof z.ZodObject) {
      return isRepeated(at) ? [] : keysBelow(inner, at);
    }
    const { description, byDefault } = z.globalRegistry.get(entry as z.ZodType) ?? {};
    if (!description) {
      throw new Error(`${at.join(".")} has no description in config/schema.ts or config/blocks.ts`);
    }
    // What must be set has no default.
    const usual = entry instanceof z.ZodOptional ? defaultOf(at) : "";
    return [
      {
        name: anyPart(at.join("."), at),
        byDefault: typeof byDefault === "string" ? byDefault : anyPart(usual, at),
        what: description,
      },
    ];
  });
}

const isPart = ([block, part]: Path) => block === "images" && PARTS.some((one) => one === part);

function isRepeated(path: Path): boolean {
  return isPart(path) && path[1] !== PARTS[0];
}

function anyPart(text: string, path: Path): string {
  return isPart(path) ? text.replaceAll(PARTS[0], "<part>") : text;
}

/** What holds without a key, read off configurations that do not have it. */
function defaultOf(path: Path): string {
  const block = BLOCKS.find((one) => one === path[0]);
  const names = block ? namesIn(block) : [];
  if (names.length < 2 || path[1] === CHOICE) {
    return onKindOrElse(path);
  }
  const [usual, ...others] = names.map((name) => ({ name, text: onKindOrElse(path, name) }));
  const different = others.filter(({ text }) => text !== usual?.text);
  return [usual?.text, ...different.map(({ name, text }) => `${text} with ${name}`)].join(", ");
}

/** The key that chooses among add-ons that share a block. */
const CHOICE = "controller";

function onKindOrElse(path: Path, name?: AddOnName): string {
  const [onKind, elsewhere] = [undefined, { kubeconfig: "", context: "" }].map((existing) => {
    const ingress = name && { ingress: { controller: name as Controller } };
    return show(
      settingAt(withDefaults({ ...(existing && { cluster: { existing } }), ...ingress }), path),
    );
  });
  if (onKind === elsewhere || path[0] === "cluster") {
    return onKind || elsewhere || "";
  }
  return `${onKind} on Kind, else ${elsewhere}`;
}

/** Where a configuration has what a key of the stack file says. */
function settingAt(config: StackConfig, [first = "", ...rest]: Path): unknown {
  if (first === "cluster") {
    const [kind, name = ""] = rest;
    return config.cluster.kind === kind ? at(config.cluster, [name]) : undefined;
  }
  const isSource = BLOCKS.some((block) => block === first) && SOURCE.includes(rest[0] ?? "");
  return at(config, isSource ? [first, "source", ...rest] : [first, ...rest]);
}

/** Keys of an add-on's block that say where its chart comes from. */
const SOURCE = ["chart", "repo", "version"];

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((map, name) => (isMap(map) ? map[name] : undefined), value);
}

function show(value: unknown): string {
  if (value === undefined) {
    return "";
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const [named, digest] = text.split("@sha256:");
  return digest ? `\`${named}\`, by digest` : `\`${text}\``;
}
