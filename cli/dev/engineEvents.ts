/** What Pulumi's engine says while it works (`pulumi up --json`), as far as people want to know it. */
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { PARTS } from "../../config/settings";
import { buildOf, LOAD, ROLL_OUT, UPGRADE } from "./phases";

/** A piece of work. */
export interface Phase {
  readonly name: string;
  /** When it began, in milliseconds since the epoch. */
  readonly began: number;
}

/** A piece of work that is over. */
export interface Done extends Phase {
  readonly seconds: number;
  readonly failed: boolean;
}

/** Operations that do nothing that one would wait for. */
const IDLE: readonly OpType[] = ["same", "read", "discard", "refresh"];

/** Lines that are kept of what a resource said before it failed. */
const SAID = 30;

/** What is going on in one run of Pulumi. */
export class EngineLog {
  /** What is being done now, in the order in which it began. */
  readonly running = new Map<string, Phase>();
  /** Whether anything was begun. */
  began = false;
  /** What went wrong, in the engine's words. */
  readonly errors: string[] = [];
  private readonly said = new Map<string, string[]>();

  /**
   * Takes one line of the engine's output. What is no event (a plugin's own print) is left out.
   *
   * @returns the work that this event ends, if it does
   */
  take(line: string, now: number): Done | undefined {
    const event = parseEvent(line);
    if (event?.resourcePreEvent) {
      const { urn, op } = event.resourcePreEvent.metadata;
      if (!IDLE.includes(op)) {
        this.began = true;
        this.running.set(urn, { name: phaseName(urn), began: now });
      }
      return undefined;
    }
    if (event?.diagnosticEvent) {
      const { urn = "", message, severity, ephemeral } = event.diagnosticEvent;
      const text = plain(message).trimEnd();
      if (severity === "error") {
        // What the resource said before explains its error: a build's output for one.
        this.errors.push(...(this.said.get(urn) ?? []), text);
        this.said.delete(urn);
      } else if (!ephemeral && urn) {
        this.said.set(urn, [...(this.said.get(urn) ?? []), text].slice(-SAID));
      }
      return undefined;
    }
    const ended = event?.resOutputsEvent ?? event?.resOpFailedEvent;
    const urn = ended?.metadata.urn ?? "";
    const phase = this.running.get(urn);
    if (!phase) {
      return undefined;
    }
    this.running.delete(urn);
    return {
      ...phase,
      seconds: (now - phase.began) / 1000,
      failed: event?.resOpFailedEvent !== undefined,
    };
  }
}

/** What the work on a resource is called. */
export function phaseName(urn: string): string {
  const name = urn.slice(urn.lastIndexOf("::") + 2);
  const part = PARTS.find((one) => name === `images-${one}`);
  if (part) {
    return buildOf(part);
  }
  const known: Readonly<Record<string, string>> = {
    "image-load-nodes": LOAD,
    "soc-agent-release": UPGRADE,
    "soc-agent-ready": ROLL_OUT,
    "soc-agent-smoke": "check",
  };
  return known[name] ?? name;
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? (event as EngineEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** A message without the engine's marks for colors, such as `<{%fg 1%}>`. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "");
}
