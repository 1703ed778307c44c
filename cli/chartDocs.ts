/** Documents that the comments of the chart's values.yaml make. */
import { isMap, parse, parseDocument, type Node, type Pair, type Scalar } from "yaml";

/** One value of the chart that a user can set. */
export interface ValueDoc {
  /** Path with dots, for instance `backend.image.tag`. */
  readonly key: string;
  /** Default: a text as it is, all else (and the empty text) as one line of JSON. */
  readonly default: string;
  /** Text of its `# --` comment; empty if it has none. */
  readonly description: string;
}

/** A JSON schema, or a part of it. */
interface Schema {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [keyword: string]: unknown;
}

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
 * Puts the tables of values into a README: of all that have a default, and, where the parts of a chart share a
 * definition `pods`, of what every part takes besides.
 *
 * @param readme Text with the lines `values: begin` and `values: end`, and `parts: begin` and `parts: end`.
 * @param values Content of `values.yaml`.
 * @param schema Content of `values.schema.json`.
 * @throws `Error` if one of these lines is missing.
 */
export function withValuesTables(readme: string, values: string, schema: string): string {
  const all = documentedValues(values).map(
    (value) => `| \`${value.key}\` | \`${value.default}\` | ${value.description} |`,
  );
  const { definitions } = JSON.parse(schema) as {
    definitions: Readonly<Record<string, Schema>>;
  };
  const text = withTable(readme, "values", [
    "| Value | Default | What it is |",
    "| --- | --- | --- |",
    ...all,
  ]);
  const { pods } = definitions;
  if (!pods) {
    return text;
  }
  const shared = Object.entries(pods.properties ?? {}).map(
    ([key, { description = "" }]) => `| \`${key}\` | ${description} |`,
  );
  return withTable(text, "parts", ["| Value | What it is |", "| --- | --- |", ...shared]);
}

/** Puts a table between the two lines that name it. */
function withTable(readme: string, name: string, rows: readonly string[]): string {
  const place = new RegExp(`(<!-- ${name}: begin .*-->\\n)[^]*(<!-- ${name}: end -->)`);
  if (!place.test(readme)) {
    throw new Error(`the README has no '${name}: begin' and '${name}: end' markers`);
  }
  const table = rows.join("\n");
  return readme.replace(place, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

/**
 * Puts the comments into a JSON schema as descriptions of its properties. One that has no comment has that of
 * the property that it refers to, which the parts share; any other one keeps its own.
 *
 * @param schema Text of the schema.
 * @param values Content of `values.yaml`.
 * @returns Its new text.
 */
export function withDescriptions(schema: string, values: string): string {
  const comments = new Map(
    documentedValues(values).map(({ key, description }) => [key, description]),
  );
  const whole = JSON.parse(schema) as Schema;
  return JSON.stringify(describeSchema(whole, { comments, whole }, []), null, 2);
}

/** Where descriptions come from. */
interface Sources {
  readonly comments: ReadonlyMap<string, string>;
  readonly whole: Schema;
}

/**
 * Lets values of another version of the chart pass, which `helm upgrade --reuse-values` hands on: a template then
 * refuses them in one sentence, where the schema would complain of each key that they lack.
 *
 * A `$ref` makes Helm pass over all that stands beside it, as draft 7 has it.
 *
 * @param schema Text of the schema.
 * @param values Content of `values.yaml`, with the version.
 * @returns Its new text.
 */
export function withVersion(schema: string, values: string): string {
  const { chartVersion } = parse(values) as { readonly chartVersion: string };
  const { $schema, definitions, properties, ...root } = JSON.parse(schema) as Schema;
  const { required, additionalProperties } = root;
  const refs = Object.keys(properties ?? {}).map((key) => [key, { $ref: `#/properties/${key}` }]);
  return JSON.stringify(
    {
      $schema,
      ...root,
      $ref: "#/definitions/sameVersion",
      properties: {
        ...properties,
        chartVersion: { ...properties?.["chartVersion"], const: chartVersion },
      },
      definitions: {
        ...(definitions as Schema),
        sameVersion: {
          $comment:
            "Made by npm run generate. The values of another version are refused by a template.",
          if: {
            required: ["chartVersion"],
            properties: { chartVersion: { $ref: "#/properties/chartVersion" } },
          },
          then: { required, additionalProperties, properties: Object.fromEntries(refs) as object },
        },
      },
    },
    null,
    2,
  );
}

function describeSchema(
  { description, ...rest }: Schema,
  sources: Sources,
  path: readonly string[],
): Schema {
  const properties = Object.entries(rest.properties ?? {}).map(([key, property]) => [
    key,
    describeSchema(property, sources, [...path, key]),
  ]);
  const described =
    sources.comments.get(path.join(".")) ?? sharedDescription(rest, sources.whole) ?? description;
  return {
    ...(described !== undefined && { description: described }),
    ...rest,
    ...(rest.properties && {
      properties: Object.fromEntries(properties) as typeof rest.properties,
    }),
  };
}

/** Description of the property that one refers to. A definition as such has none: it is a type. */
function sharedDescription({ $ref }: Schema, whole: Schema): string | undefined {
  const [, ...keys] = $ref?.includes("/properties/") === true ? $ref.split("/") : [];
  const found = keys.reduce<unknown>((at, key) => (at as Schema | undefined)?.[key], whole);
  return (found as Schema | undefined)?.description;
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
