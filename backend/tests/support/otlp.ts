import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { bytesOf, fields, numberOf, textOf, type Field } from "./protobuf.js";

/** A span as it arrived. */
export interface ReceivedSpan {
  /** `service.name` of who sent it. */
  readonly service: unknown;
  readonly name: string;
  readonly kind: "internal" | "server" | "consumer";
  /** Hexadecimal, as in a `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a span that begins a trace. */
  readonly parentId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/** Before each message of gRPC: a byte for compression, four for the length. */
const FRAME_HEADER = 5;

/** A collector that speaks OTLP over gRPC and keeps what it gets. */
export class OtlpCollector {
  readonly spans: ReceivedSpan[] = [];
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

const KINDS = { 1: "internal", 2: "server", 5: "consumer" } as const;

// Numbers of fields are those of opentelemetry/proto/{collector/trace,trace,common}/v1/*.proto.
function readSpans(request: Buffer): ReceivedSpan[] {
  return fields(request, 1).flatMap((resourceSpans) => {
    const resource = fields(bytesOf(resourceSpans), 1).flatMap((part) => fields(bytesOf(part), 1));
    const service = attributesOf(resource)["service.name"];
    return fields(bytesOf(resourceSpans), 2)
      .flatMap((scopeSpans) => fields(bytesOf(scopeSpans), 2))
      .map((span) => readSpan(bytesOf(span), service));
  });
}

function readSpan(span: Buffer, service: unknown): ReceivedSpan {
  const hex = (number: number): string => {
    const [field] = fields(span, number);
    return field === undefined ? "" : bytesOf(field).toString("hex");
  };
  const [name, kind] = [fields(span, 5)[0], fields(span, 6)[0]];
  return {
    service,
    name: name === undefined ? "" : textOf(name),
    kind: KINDS[(kind === undefined ? 1 : numberOf(kind)) as keyof typeof KINDS],
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    attributes: attributesOf(fields(span, 9)),
  };
}

function attributesOf(pairs: readonly Field[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value] = [1, 2].map((number) => fields(bytesOf(pair), number)[0]);
      return [key === undefined ? "" : textOf(key), value && valueOf(bytesOf(value))];
    }),
  );
}

/** A value of one of the kinds that attributes have here. */
function valueOf(any: Buffer): string | boolean | number | undefined {
  const [text, flag, integer, double] = [1, 2, 3, 4].map((number) => fields(any, number)[0]);
  return text !== undefined
    ? textOf(text)
    : flag !== undefined
      ? numberOf(flag) === 1
      : integer !== undefined
        ? numberOf(integer)
        : double && bytesOf(double).readDoubleLE();
}
