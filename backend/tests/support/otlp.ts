import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import protobuf from "protobufjs";

/** A span as it arrived. */
export interface ReceivedSpan {
  /** `service.name` of who sent it. */
  readonly service: unknown;
  /** All that is told of who sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly name: string;
  /** In lower case: `internal`, `server`, `consumer`. */
  readonly kind: string;
  /** Hexadecimal, as in a `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a span that begins a trace. */
  readonly parentId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether it says that what it is about has failed. */
  readonly failed: boolean;
  /** Nanoseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

const EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/** Before each message of gRPC: a byte for compression, four for the length. */
const FRAME_HEADER = 5;

/** A collector that speaks OTLP over gRPC and keeps what it gets. */
export class OtlpCollector {
  readonly spans: ReceivedSpan[] = [];
  /** Everything that came, as it came. */
  readonly messages: Buffer[] = [];
  readonly #server: Http2Server = createServer();

  private constructor() {
    this.#server.on("stream", (stream: ServerHttp2Stream, headers) => {
      // The peer may go away in the middle, e.g. when a test kills it.
      stream.on("error", () => undefined);
      void this.#take(stream, headers[":path"]);
    });
  }

  /** @param port of the loopback interface, 0 for any free one */
  static async start(port = 0): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    collector.#server.listen(port, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of one trace. */
  trace(traceId: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** Stops to listen; who has a connection keeps it until it ends itself. */
  close(): void {
    this.#server.close();
  }

  async #take(stream: ServerHttp2Stream, path: string | undefined): Promise<void> {
    const body = await buffer(stream);
    this.messages.push(body);
    if (path === EXPORT) {
      this.spans.push(...readSpans(body.subarray(FRAME_HEADER)));
    }
    // 12 is UNIMPLEMENTED.
    stream.on("wantTrailers", () =>
      stream.sendTrailers({ "grpc-status": path === EXPORT ? "0" : "12" }),
    );
    stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.end(Buffer.alloc(FRAME_HEADER));
  }
}

/** What is read of opentelemetry/proto/{collector/trace,trace,resource,common}/v1/*.proto. */
const SCHEMA = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  enum Kind { unspecified = 0; internal = 1; server = 2; client = 3; producer = 4; consumer = 5; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    Kind kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    Status status = 15;
  }
  message Status { int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string text = 1; bool flag = 2; int64 integer = 3; double number = 4; ArrayValue list = 5;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }`;
const STATUS_ERROR = 2;

interface Attribute {
  readonly key: string;
  /** One member, named after its kind. */
  readonly value: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  /** Absent in a span that begins a trace. */
  readonly parentSpanId?: Buffer;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: number;
  readonly endTimeUnixNano: number;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly Attribute[];
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const requestType = protobuf.parse(SCHEMA).root.lookupType("Request");

function readSpans(message: Buffer): ReceivedSpan[] {
  const read = { longs: Number, enums: String, arrays: true, bytes: Buffer };
  const request = requestType.toObject(requestType.decode(message), read) as ExportRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const sender = attributesOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans).map((span) => receivedSpan(span, sender));
  });
}

function receivedSpan(span: Span, resource: ReceivedSpan["resource"]): ReceivedSpan {
  const hex = (id: Buffer | undefined): string => id?.toString("hex") ?? "";
  return {
    service: resource["service.name"],
    resource,
    name: span.name,
    kind: span.kind,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: hex(span.parentSpanId),
    attributes: attributesOf(span.attributes),
    failed: span.status?.code === STATUS_ERROR,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
  };
}

function attributesOf(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, read(value)]));
}

function read(value: Attribute["value"]): unknown {
  const [content] = Object.values(value);
  const { values } = (content ?? {}) as { readonly values?: readonly Attribute["value"][] };
  return values === undefined ? content : values.map(read);
}
