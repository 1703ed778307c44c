import * as z from "zod";
import { find, keysOf, type JsonObject } from "./json.js";
import { timeAt, timeOf } from "./times.js";

/** An alert, or a part of one, that cannot be used. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /** @param field the culprit, under the name that the source has for it */
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** How a value of a source is read. */
interface Kind<T> {
  /** As the description of the API has it. */
  readonly schema: z.ZodType;
  /** The value; undefined for what cannot be read. */
  read(value: unknown): T | undefined;
  /** Whether a value that is there and cannot be read is refused. Otherwise it stays where it is. */
  readonly strict: boolean;
}

/** A field of a source. */
export interface Field<T> extends Kind<NonNullable<T>> {
  /** Where a source may have it; the first one that is there counts. */
  readonly at: readonly string[];
  readonly required: boolean;
  /** Characters that are kept, of a text. Default {@link MAX_TEXT}. */
  readonly most?: number;
  /** What is read is only a part of what is there, which stays where it is as well. */
  readonly partial?: boolean;
}

/** The fields of a source, by the names that they get in a signal's metadata. */
export type FieldTable = Readonly<Record<string, Field<unknown>>>;

/** What a table reads. */
export type Values<Table extends FieldTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer T> ? T : never;
};

/** Characters that are kept of a text, if a table says nothing else. */
export const MAX_TEXT = 500;
const MAX_LONG_TEXT = 4000;
const MAX_ITEMS = 50;

/** Search results show each value as a list of one. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value as readonly unknown[])[0] : value;
}

/** A text, or what can be written as one. */
export function text(...at: readonly string[]): Field<string | undefined> {
  return {
    at,
    required: false,
    strict: false,
    schema: z.union([z.string(), z.number(), z.array(z.string()).max(1)]),
    read: (value) => {
      const one = single(value);
      return typeof one === "string" || typeof one === "number" ? String(one) : undefined;
    },
  };
}

/** Texts, as a list or as one text with commas between them. */
export function texts(...at: readonly string[]): Field<readonly string[] | undefined> {
  return {
    at,
    required: false,
    strict: false,
    schema: z.union([z.array(z.string()), z.string()]),
    read: (value) => {
      const given: readonly unknown[] = Array.isArray(value) ? value : [value];
      const found = given
        .filter((item) => typeof item === "string" || typeof item === "number")
        .flatMap((item) => String(item).split(","))
        .map((item) => item.trim().slice(0, MAX_TEXT))
        .filter((item) => item !== "");
      return found.length > 0 ? found.slice(0, MAX_ITEMS) : undefined;
    },
  };
}

/** A number, or a text that is one. */
export function number(...at: readonly string[]): Field<number | undefined> {
  return {
    at,
    required: false,
    strict: true,
    schema: z.union([z.number(), z.string()]),
    read: (value) => {
      const one = single(value);
      const isNumber =
        typeof one === "number" || (typeof one === "string" && /^[+-]?\d+(\.\d+)?$/.test(one));
      const read = isNumber ? Number(one) : NaN;
      return Number.isFinite(read) ? read : undefined;
    },
  };
}

/** A time, in the API's form. */
export function time(...at: readonly string[]): Field<string | undefined> {
  return {
    at,
    required: false,
    strict: true,
    schema: z.string(),
    read: (value) => {
      const one = single(value);
      return typeof one === "string" ? timeOf(one.trim()) : undefined;
    },
  };
}

/** A time in milliseconds since the epoch, or as {@link time}. */
export function epochTime(...at: readonly string[]): Field<string | undefined> {
  const written = time(...at);
  return {
    ...written,
    schema: z.union([z.number(), z.string()]),
    read: (value) => (typeof value === "number" ? timeAt(value) : written.read(value)),
  };
}

/** An object whose values go by their own names. */
export function object(...at: readonly string[]): Field<JsonObject | undefined> {
  return {
    at,
    required: false,
    strict: false,
    schema: z.record(z.string(), z.unknown()),
    read: (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as JsonObject)
        : undefined,
  };
}

/** One of a closed set of names, whatever the case of their letters. */
export function choice<T extends string>(
  names: readonly T[],
  ...at: readonly string[]
): Field<T | undefined> {
  return {
    at,
    required: false,
    strict: true,
    schema: z.enum([...names, ...names.map((name) => name.toLowerCase())]),
    read: (value) =>
      names.find((name) => typeof value === "string" && name.toLowerCase() === value.toLowerCase()),
  };
}

/** True or false. */
export function flag(...at: readonly string[]): Field<boolean | undefined> {
  return {
    at,
    required: false,
    strict: true,
    schema: z.boolean(),
    read: (value) => (typeof value === "boolean" ? value : undefined),
  };
}

const TECHNIQUE = /(?<![a-z0-9])T(\d{4})(?:[._/](\d{3}))?(?!\d)/gi;

/** The ids of MITRE ATT&CK's techniques in whatever is there: `T1110`, `T1110, T1021.004`, objects. */
export function techniques(...at: readonly string[]): Field<readonly string[] | undefined> {
  return {
    at,
    required: false,
    strict: false,
    partial: true,
    schema: z.unknown(),
    read: (value) => {
      const ids = [...JSON.stringify(value).matchAll(TECHNIQUE)].map(
        ([, technique = "", sub]) => `T${technique}${sub === undefined ? "" : `.${sub}`}`,
      );
      return ids.length > 0 ? [...new Set(ids)].slice(0, MAX_ITEMS) : undefined;
    },
  };
}

/** A field without which an alert is of no use. */
export function required<T>(field: Field<T>): Field<NonNullable<T>> {
  return { ...field, required: true };
}

/** A text of which more is kept: a log line, a description. */
export function long<T>(field: Field<T>): Field<T> {
  return { ...field, most: MAX_LONG_TEXT };
}

/** What a table found in an alert. */
export interface TableReading<Table extends FieldTable> {
  readonly values: Values<Table>;
  /** The keys of each value that was taken. */
  readonly taken: readonly (readonly string[])[];
}

/**
 * Reads the fields of a table.
 *
 * @throws {@link Refusal} for the first one that is missing or cannot be read
 */
export function readTable<Table extends FieldTable>(
  table: Table,
  alert: JsonObject,
): TableReading<Table> {
  const taken: (readonly string[])[] = [];
  const values = Object.entries(table).map(([name, field]) => {
    const value = readField(field, alert, taken);
    if (value === undefined && field.required) {
      throw new Refusal(`${field.at[0] ?? name} is missing`, field.at[0]);
    }
    return [name, value] as const;
  });
  return { values: Object.fromEntries(values) as Values<Table>, taken };
}

const MAX_QUOTED = 100;

function readField(
  field: Field<unknown>,
  alert: JsonObject,
  taken: (readonly string[])[],
): unknown {
  for (const path of field.at) {
    const found = find(alert, keysOf(path));
    if (found === undefined) {
      continue;
    }
    const value = field.read(found.value);
    if (value !== undefined) {
      if (field.partial !== true) {
        taken.push(found.keys);
      }
      return value;
    }
    if (field.strict || field.required) {
      const got = (JSON.stringify(found.value) ?? "").slice(0, MAX_QUOTED);
      throw new Refusal(`${path} cannot be read: ${got}`, path);
    }
  }
  return undefined;
}

interface Shape {
  readonly [key: string]: z.ZodType | Shape;
}

/** The schema of alerts that a table reads; what it does not name may be there too. */
export function schemaOf(table: FieldTable): z.ZodType {
  let shape: Shape = {};
  for (const field of Object.values(table)) {
    const [path = ""] = field.at;
    // One that may also be elsewhere is not needed here.
    const leaf = field.required && field.at.length === 1 ? field.schema : field.schema.optional();
    shape = withLeaf(shape, keysOf(path), leaf);
  }
  return objectOf(shape);
}

function withLeaf(shape: Shape, [key = "", ...rest]: readonly string[], leaf: z.ZodType): Shape {
  const inner = shape[key];
  const below = inner === undefined || inner instanceof z.ZodType ? {} : inner;
  return { ...shape, [key]: rest.length === 0 ? leaf : withLeaf(below, rest, leaf) };
}

function objectOf(shape: Shape): z.ZodType {
  const entries = Object.entries(shape).map(([key, value]) => {
    if (value instanceof z.ZodType) {
      return [key, value] as const;
    }
    const inner =
      Object.keys(value)[0] === "0" && isShape(value["0"])
        ? z.array(objectOf(value["0"]))
        : objectOf(value);
    return [key, needs(value) ? inner : inner.optional()] as const;
  });
  return z.looseObject(Object.fromEntries(entries));
}

function isShape(value: z.ZodType | Shape | undefined): value is Shape {
  return value !== undefined && !(value instanceof z.ZodType);
}

/** Whether something below is required. */
function needs(shape: Shape): boolean {
  return Object.values(shape).some((value) =>
    value instanceof z.ZodType ? !value.safeParse(undefined).success : needs(value),
  );
}
