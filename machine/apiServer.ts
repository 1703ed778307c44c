/**
 * A cluster's API itself, for who has many questions at once: each a request of some milliseconds, where a kubectl of its
 * own would take a third of a second. kubectl logs in, whatever the kubeconfig takes for it, and listens on a socket in a
 * folder that only this user can open.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import type { Values } from "../config/values";
import { ownEnvironment } from "./environment";
import { kubectlArguments, type Target } from "./kubectl";
import { lines } from "./run";

/** What the API answers: an object, a list, or a `Status` that says what is wrong. */
export interface ApiAnswer {
  /** HTTP's. */
  readonly status: number;
  readonly body: Values;
}

/** What is asked of the API. */
export interface ApiRequest {
  /** Defaults to GET. */
  readonly method?: "GET" | "PATCH" | "POST";
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Media type of the body. Defaults to JSON. */
  readonly type?: string;
}

/** Asks one cluster's API. @throws Error when no answer comes */
export type Api = (path: string, request?: ApiRequest) => Promise<ApiAnswer>;

/** What the API says is wrong. */
export function messageIn(answer: Values): string {
  const { message } = answer;
  return typeof message === "string" ? message : "the API gave no reason";
}

/** Milliseconds until the way must stand, and until an answer must be there. */
const PATIENCE = 10_000;

/** Requests at a time: the API server works on more, and takes no less time for it. */
const AT_ONCE = 16;

/**
 * Does something with a cluster's API.
 *
 * @throws Error with what kubectl said when there is no way to it
 */
export async function withApi<T>(target: Target, work: (api: Api) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "soc-api-"));
  const socketPath = path.join(folder, "socket");
  const args = [...kubectlArguments(target), "proxy", `--unix-socket=${socketPath}`];
  const child = spawn("kubectl", args, {
    env: ownEnvironment(target.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  // A program that is missing is an error here too.
  const ended = once(child, "close").then(
    () => false,
    () => false,
  );
  // It says so once it listens.
  const stands = once(child.stdout, "data").then(
    () => true,
    () => false,
  );
  const timer = setTimeout(() => child.kill(), PATIENCE);
  try {
    if (!(await Promise.race([stands, ended]))) {
      throw new Error(`no way to the cluster: ${lines(said).at(-1) ?? "kubectl did not start"}`);
    }
    clearTimeout(timer);
    return await work((where, request) => ask({ socketPath, agent, path: where }, request));
  } finally {
    clearTimeout(timer);
    agent.destroy();
    child.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(
  where: http.RequestOptions,
  { method = "GET", body, type = "application/json" }: ApiRequest = {},
): Promise<ApiAnswer> {
  const headers = { host: "localhost", ...(body !== undefined && { "content-type": type }) };
  const signal = AbortSignal.timeout(PATIENCE);
  const request = http.request({ ...where, method, headers, signal });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  const status = answer.statusCode ?? 0;
  const said = await text(answer);
  try {
    return { status, body: JSON.parse(said) as Values };
  } catch {
    // kubectl's own words, where it reaches no API server.
    throw new Error(`the API server does not answer: ${lines(said)[0] ?? `HTTP status ${status}`}`);
  }
}
