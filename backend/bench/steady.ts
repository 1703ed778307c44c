import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { createHistogram } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";

/** What is asked, time after time. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Makes the pod analyse a threat that ends below CRITICAL: a store full of those that await review would answer 429. */
export const TRIGGER: Question = {
  method: "POST",
  path: "/api/threats/trigger",
  headers: { "content-type": "application/json" },
  body: '{"threat_type":"bot_traffic"}',
};

/** How a steady load was served. */
export interface Served {
  readonly perSecond: number;
  /** Milliseconds from the time at which a request was due. */
  readonly p50: number;
  readonly p99: number;
  /** Requests that failed or were not answered with 200. */
  readonly errors: number;
}

/**
 * Asks at an even rate whatever becomes of the requests before, as many independent users do. Tools that
 * send a second's requests at once, or wait for answers, measure another thing.
 *
 * @param port on the loopback interface
 * @param questions asked in turn
 * @param rate requests a second, all together
 */
export async function askSteadily(
  port: number,
  questions: readonly Question[],
  rate: number,
  seconds: number,
): Promise<Served> {
  const agent = new Agent({ keepAlive: true });
  const latencies = createHistogram();
  const running = new Set<Promise<void>>();
  let errors = 0;
  let served = 0;
  const ask = async (question: Question, due: number): Promise<void> => {
    try {
      if ((await statusOf(port, agent, question)) !== 200) {
        throw new Error("not served");
      }
      served += 1;
    } catch {
      errors += 1;
    }
    latencies.record(Math.max(1, Math.round((performance.now() - due) * 1000)));
  };
  const started = performance.now();
  const total = Math.round(rate * seconds);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate));
    for (; sent < due; sent += 1) {
      const question = questions[sent % questions.length];
      if (question) {
        const asking = ask(question, started + (sent * 1000) / rate);
        running.add(asking);
        void asking.finally(() => running.delete(asking));
      }
    }
    await setTimeout(1);
  }
  await Promise.all(running);
  agent.destroy();
  const elapsed = (performance.now() - started) / 1000;
  const milliseconds = (percentile: number): number =>
    Math.round(latencies.percentile(percentile) / 100) / 10;
  return {
    perSecond: Math.round(served / elapsed),
    p50: milliseconds(50),
    p99: milliseconds(99),
    errors,
  };
}

async function statusOf(port: number, agent: Agent, question: Question): Promise<number> {
  const { method, path, headers, body } = question;
  const sent = request({ host: "127.0.0.1", port, agent, method, path, headers });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode ?? 0;
}
