import { isMap, parseDocument, type Node, type Pair, type Scalar } from "yaml";

/** One value of the chart that a user can set. */
export interface ValueDoc {
  /** Path with dots, for instance `backend.image.tag`. */
  readonly key: string;
  /** Default: a text as it is, all else (and the empty text) as one line of JSON. */
  readonly default: string;
  /** Text of its `# --` comment; empty if it has none. */
  readonly description: string;
}

/** Lines between which the table stands in the chart's README. */
const TABLE = /(<!-- values: begin .*-->\n)[^]*(<!-- values: end -->)/;

/**
 * Every leaf of a values file, in its order. A leaf is whatever is not a map with keys in it, so
 * lists and empty maps are leaves too.
 *
 * @param text Content of `values.yaml`.
 */
export function documentedValues(text: string): ValueDoc[] {
  return leaves(parseDocument(text).contents, []);
}

/**
 * Puts the table of values into a README.
 *
 * @param readme Text with the two marker lines.
 * @param values Content of `values.yaml`.
 * @throws `Error` if the markers are missing.
 */
export function withValuesTable(readme: string, values: string): string {
  if (!TABLE.test(readme)) {
    throw new Error("the README has no 'values: begin' and 'values: end' markers");
  }
  const rows = documentedValues(values).map(
    (value) => `| \`${value.key}\` | \`${value.default}\` | ${value.description} |`,
  );
  const table = ["| Value | Default | What it is |", "| --- | --- | --- |", ...rows].join("\n");
  return readme.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

function leaves(node: unknown, path: readonly string[], comment = ""): ValueDoc[] {
  if (isMap<Scalar<string>, Node>(node) && node.items.length > 0) {
    return node.items.flatMap((pair, index) => {
      // The comment above a map's first key is the map's own.
      const above = index === 0 ? (pair.key.commentBefore ?? node.commentBefore) : undefined;
      return leaves(pair.value, [...path, pair.key.value], above ?? commentOf(pair));
    });
  }
  const value = (node as Node).toJSON() as unknown;
  const shown = typeof value === "string" && value !== "" ? value : JSON.stringify(value);
  return [{ key: path.join("."), default: shown, description: describeLeaf(comment) }];
}

function commentOf(pair: Pair<Scalar<string>, Node | null>): string {
  return pair.key.commentBefore ?? "";
}

/** The text from `--` on: lines above it are for readers of the file. */
function describeLeaf(comment: string): string {
  const [, ...text] = comment.split(/^ *-- /m);
  return text.join("").split("\n").join(" ").replace(/\s+/g, " ").trim();
}
