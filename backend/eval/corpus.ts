import { seededRandom, type Random } from "../src/base/random.js";
import { SOURCES } from "../src/ingest/sources.js";
import type { ThreatSignal } from "../src/contract/signal.js";
import { AT } from "./alerts.js";
import { HELD_OUT_ATTACKS } from "./heldOut/attacks.js";
import { HELD_OUT_REST } from "./heldOut/rest.js";
import { vary, type Template } from "./template.js";
import { CLOUDS } from "./templates/clouds.js";
import { CONTAINERS } from "./templates/containers.js";
import { HOST_ATTACKS } from "./templates/hostAttacks.js";
import { HOST_NOISE } from "./templates/hostNoise.js";
import { NETWORKS } from "./templates/networks.js";
import { TRAFFIC } from "./templates/traffic.js";

/** A signal, and what is known of it from its story. */
export interface Case {
  readonly template: Template;
  readonly heldOut: boolean;
  readonly signal: ThreatSignal;
}

const TEMPLATES: readonly Template[] = [
  ...HOST_ATTACKS,
  ...HOST_NOISE,
  ...NETWORKS,
  ...CONTAINERS,
  ...CLOUDS,
  ...TRAFFIC,
];
const HELD_OUT: readonly Template[] = [...HELD_OUT_ATTACKS, ...HELD_OUT_REST];
const SEED = 20260610;

/** The signals that all verdicts are measured by: the same ones on every machine, nine of each template. */
export function corpus(each = 9): readonly Case[] {
  const random = seededRandom(SEED);
  return [
    ...TEMPLATES.flatMap((template) => casesOf(template, false, each, random)),
    ...HELD_OUT.flatMap((template) => casesOf(template, true, each, random)),
  ];
}

function casesOf(
  template: Template,
  heldOut: boolean,
  each: number,
  random: Random,
): readonly Case[] {
  return Array.from({ length: each }, () => ({
    template,
    heldOut,
    signal: signalOf(template, random),
  }));
}

/** As the route takes it that the source sends to. */
function signalOf(template: Template, random: Random): ThreatSignal {
  const adapter = SOURCES[template.source];
  if (adapter === undefined) {
    throw new RangeError(`${template.name}: no route ${template.source}`);
  }
  const alert = template.alert(vary(random));
  return adapter.read(alert, { id: random.uuid(), receivedAt: AT }).signal;
}
