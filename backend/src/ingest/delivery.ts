import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { IncomingHttpHeaders } from "node:http";
import { cutJson } from "../base/bounded.js";
import { HttpError } from "../contract/problems.js";
import { MAX_RAW } from "../contract/quarantine.js";
import { errorFields } from "../telemetry/log.js";
import type { Adapter } from "./adapter.js";
import { eventInHeaders, isCloudEvent, unwrapEvent, type EventAttributes } from "./cloudEvents.js";
import { Refusal } from "./fields.js";

/** Bytes of a body, when it is no longer compressed. */
export const MAX_INFLATED_BYTES = 8 * 1024 * 1024;
/** Alerts in one body. */
export const MAX_LINES = 1000;

/** One of the things in a body: an alert, or why it is none. */
export interface Line {
  /** From 1: of NDJSON its line, of a list its place. */
  readonly number: number;
  readonly content: Content | Refusal;
  /** What came, as far as people want to see of it what was refused. */
  readonly raw: () => string;
}

/** An alert and the envelope in which it came. */
export interface Content {
  readonly alert: unknown;
  readonly event?: EventAttributes;
}

/** What came in a body. */
export interface Delivery {
  /** Whether it may hold several, each of which is answered. */
  readonly batch: boolean;
  readonly lines: readonly Line[];
}

/** A body as it was sent, and the JSON that it is; without any its lines are some. */
export interface Posted {
  readonly text: string;
  readonly json?: unknown;
}

const inflate = promisify(gunzip);

/**
 * The bytes of a body, decompressed.
 *
 * @throws {@link HttpError} 413 beyond {@link MAX_INFLATED_BYTES}, 415 for an unknown compression
 */
export async function plainBody(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity") {
    return body;
  }
  if (name !== "gzip" && name !== "x-gzip") {
    throw new HttpError(415, `Content-Encoding must be gzip, got ${JSON.stringify(encoding)}`);
  }
  try {
    return await inflate(body, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new HttpError(413, `The inflated body is larger than ${MAX_INFLATED_BYTES} bytes`);
    }
    throw new HttpError(400, `The body is not gzip: ${errorFields(error).error}`);
  }
}

/**
 * Takes apart what was posted: one alert, a list of them, the answer of a search, or CloudEvents.
 *
 * @throws {@link HttpError} 413 for more than {@link MAX_LINES}
 */
export function deliver(
  adapter: Adapter,
  posted: Posted,
  { "content-type": type = "", ...headers }: IncomingHttpHeaders,
): Delivery {
  const { text: body, json } = posted;
  const raw = (): string => body;
  if (!("json" in posted)) {
    const texts = [...body.split("\n").entries()].filter(([, text]) => text.trim() !== "");
    return batchOf(
      texts.map(([index, text]) => [index + 1, () => contentOf(parseLine(text)), () => text]),
    );
  }
  if (/^\s*application\/cloudevents\+json\b/i.test(type)) {
    return { batch: false, lines: [lineOf(1, () => eventOf(json), raw)] };
  }
  const isEvents = /^\s*application\/cloudevents-batch\+json\b/i.test(type);
  const list = Array.isArray(json) ? (json as readonly unknown[]) : adapter.list(json);
  if (list !== undefined) {
    const read = isEvents ? eventOf : contentOf;
    return batchOf(
      list.map((item, index) => [index + 1, () => read(item), () => cutJson(item, MAX_RAW)]),
    );
  }
  const alone = (): Content => {
    const event = eventInHeaders(headers);
    return event === undefined ? contentOf(json) : { alert: json, event };
  };
  return { batch: false, lines: [lineOf(1, alone, raw)] };
}

type Pending = readonly [number: number, read: () => Content, raw: () => string];

function batchOf(pending: readonly Pending[]): Delivery {
  if (pending.length > MAX_LINES) {
    throw new HttpError(413, `${pending.length} alerts are more than ${MAX_LINES} in one body`);
  }
  return { batch: true, lines: pending.map((line) => lineOf(...line)) };
}

function lineOf(...[number, read, raw]: Pending): Line {
  try {
    return { number, content: read(), raw };
  } catch (error) {
    if (error instanceof Refusal) {
      return { number, content: error, raw };
    }
    throw error;
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(`Not JSON: ${errorFields(error).error}`);
  }
}

function contentOf(json: unknown): Content {
  return isCloudEvent(json) ? eventOf(json) : { alert: json };
}

function eventOf(json: unknown): Content {
  const { attributes, data } = unwrapEvent(json);
  return { alert: data, event: attributes };
}
