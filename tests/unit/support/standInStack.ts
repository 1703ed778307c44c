/** A stand-in for the observability stack: an HTTP server that kubectl, pretended too, leads all ports to. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Scratch } from "./fakes";

/** Answers by the start of a path; what is a function is asked each time. A path that is not there is a 404. */
export type Answers = Readonly<Record<string, unknown>>;

/**
 * Starts it, and puts its kubectl among the fakes.
 *
 * @param logs what the application's pods have written
 * @returns with `env` it is found, and `close` ends it
 */
export async function standInStack(scratch: Scratch, answers: Answers, logs = "a line") {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const url = decodeURIComponent((request.url ?? "").replaceAll("+", " "));
    asked.push(`${request.method ?? ""} ${url}`);
    const found = Object.entries(answers).find(([start]) => url.startsWith(start));
    const answer: unknown = typeof found?.[1] === "function" ? found[1]() : found?.[1];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  scratch.program(
    "kubectl",
    `case "$*" in
  *"get pods"*) printf 'pod/one\\npod/two\\n' ;;
  *" logs "*) echo "${logs}" ;;
  *port-forward*) echo "Forwarding from 127.0.0.1:${port} -> 1"; exec sleep 60 ;;
esac`,
  );
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const env = { ...scratch.env(), PATH: `${scratch.bin}:/usr/bin:/bin` };
  return { url: `http://127.0.0.1:${port}`, env, asked, close };
}

/** What Prometheus and Loki answer to an instant query. */
export const figures = (...values: readonly number[]) => ({
  data: { result: values.map((value) => ({ value: [0, String(value)] })) },
});

/** What Jaeger answers of one trace with so many spans. */
export const spans = (count: number) => ({
  data: [{ traceID: "a1", spans: Array.from({ length: count }, () => ({ startTime: 1 })) }],
});
