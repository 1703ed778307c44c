import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod";
import { Refusal } from "./fields.js";
import { isObject, type JsonObject } from "./json.js";

/** What a CloudEvent says of itself. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly subject?: string;
}

/** An event in structured mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export const CLOUD_EVENT = z
  .looseObject({
    specversion: z.literal("1.0"),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    time: z.string().optional(),
    subject: z.string().optional(),
    datacontenttype: z.string().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    data_base64: z.string().optional(),
  })
  .describe("An alert as `application/json` has it, as `data` or in `data_base64`");

/** An event and what it carries. */
export interface Unwrapped {
  readonly attributes: EventAttributes;
  readonly data: unknown;
}

/** Whether JSON has the envelope of a CloudEvent around it. */
export function isCloudEvent(json: unknown): boolean {
  return isObject(json) && typeof json["specversion"] === "string" && carries(json);
}

function carries(event: JsonObject): boolean {
  return "data" in event || "data_base64" in event;
}

/**
 * Takes an event of structured mode out of its envelope.
 *
 * @throws {@link Refusal} with the attribute that is to blame
 */
export function unwrapEvent(json: unknown): Unwrapped {
  if (!isObject(json)) {
    throw new Refusal("Not a CloudEvent: a JSON object is needed");
  }
  const attributes = attributesIn(json);
  if (!carries(json)) {
    throw new Refusal("data is missing", "data");
  }
  const { data, data_base64: encoded } = json;
  return { attributes, data: encoded === undefined ? data : decode(encoded) };
}

/** The attributes that headers have in binary mode; undefined if there are none. */
export function eventInHeaders(headers: IncomingHttpHeaders): EventAttributes | undefined {
  const given = Object.entries(headers)
    .filter(([name]) => name.startsWith("ce-"))
    .map(([name, value]) => [name.slice("ce-".length), decodeHeader(String(value))] as const);
  return given.length === 0 ? undefined : attributesIn(Object.fromEntries(given), "ce-");
}

function attributesIn(given: JsonObject, prefix = ""): EventAttributes {
  const needed = (name: string): string => {
    const value = given[name];
    if (typeof value !== "string" || value === "") {
      throw new Refusal(`${prefix}${name} is missing`, `${prefix}${name}`);
    }
    return value;
  };
  const version = needed("specversion");
  if (!/^1\./.test(version)) {
    const field = `${prefix}specversion`;
    throw new Refusal(`${field} is ${version.slice(0, 20)}, only 1.0 is taken`, field);
  }
  const { time, subject } = given;
  return {
    id: needed("id"),
    source: needed("source"),
    type: needed("type"),
    ...(typeof time === "string" && { time }),
    ...(typeof subject === "string" && { subject }),
  };
}

function decode(encoded: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(String(encoded), "base64").toString());
  } catch {
    throw new Refusal("data_base64 is no JSON", "data_base64");
  }
}

/** Headers have what is not ASCII in percent signs. */
function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
