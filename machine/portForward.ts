/** Ports of pods on this machine, by `kubectl port-forward`: past every NetworkPolicy and every ingress. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ownEnvironment } from "./environment";
import { kubectlArguments, type Target } from "./kubectl";
import { lines } from "./run";

/** A port on this machine that leads to a pod. */
export interface Forwarded {
  /** Port of the loopback interface. */
  readonly port: number;
  /** Ends it. */
  readonly stop: () => void;
}

/** Milliseconds until it must stand. */
const PATIENCE = 10_000;

/**
 * Leads a port of this machine, whichever is free, to a pod of a Service.
 *
 * @param service such as `loki`, in the target's namespace
 * @param port the Service's
 * @throws Error with what kubectl said
 */
export async function portForward(
  target: Target,
  service: string,
  port: number,
): Promise<Forwarded> {
  const args = ["port-forward", `service/${service}`, `:${port}`, "--address=127.0.0.1"];
  const child = spawn("kubectl", [...kubectlArguments(target), ...args], {
    env: ownEnvironment(target.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => void child.kill();
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const stands = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, local] = line.match(/^Forwarding from 127\.0\.0\.1:(\d+)/) ?? [];
      if (local !== undefined) {
        resolve(Number(local));
      }
    });
  });
  const ended = once(child, "close").then(() => undefined);
  // A program that is missing is an error here too.
  const failed = ended.catch(() => undefined);
  const timer = setTimeout(stop, PATIENCE);
  const local = await Promise.race([stands, failed]);
  clearTimeout(timer);
  if (local === undefined) {
    const why = lines(said).at(-1) ?? `nothing after ${PATIENCE / 1000} s`;
    throw new Error(`no way to ${service}: ${why}`);
  }
  // It does not keep the program that asked from ending.
  child.unref();
  return { port: local, stop };
}
