import type * as z from "zod";
import type { Metadata, ThreatSeverity, ThreatSignal, ThreatType } from "../contract/signal.js";
import type { Identity } from "../store/sightings.js";
import type { EventAttributes } from "./cloudEvents.js";
import {
  MAX_TEXT,
  readTable,
  Refusal,
  schemaOf,
  type Field,
  type FieldTable,
  type TableReading,
  type Values,
} from "./fields.js";
import { digestOf, identityOf, type Naming } from "./identity.js";
import { BoundedCopy, find, isObject, joined, keysOf, type JsonObject } from "./json.js";

/** Takes the alerts of one kind of source. */
export interface Adapter {
  /** In the route and in a signal's metadata. */
  readonly name: string;
  /** What it takes, as in "takes an alert of Wazuh". */
  readonly title: string;
  /** Of one alert, as the description of the API has it. */
  readonly schema: z.ZodType;
  /** The alerts in an answer that lists many, such as that of a search; undefined for anything else. */
  list(body: unknown): readonly unknown[] | undefined;
  /**
   * What an alert says.
   *
   * @throws {@link Refusal} for what cannot be used
   */
  read(alert: unknown, arrival: Arrival): Reading;
}

/** What an adapter makes of an alert. */
export interface Reading {
  readonly signal: ThreatSignal;
  /** Which alert it is, so that it counts once; null for one that has no name. */
  readonly identity: Identity | null;
  /** The source says that it is over. */
  readonly closed: boolean;
}

/** How an alert came. */
export interface Arrival {
  /** For the signal. */
  readonly id: string;
  /** The time of a signal that names none, where none is needed. */
  readonly receivedAt: string;
  /** What the CloudEvent around it says. */
  readonly event?: EventAttributes;
}

/** The fields that every table has, and those that are no part of a signal's metadata. */
interface SignalFields extends FieldTable {
  readonly timestamp: Field<string | undefined> | Field<string>;
}
const NOT_METADATA: ReadonlySet<string> = new Set([
  "timestamp",
  "customer_name",
  "mitre_hints",
  "facts",
]);

/** What an adapter makes of the fields. */
export interface Description {
  /** What the source calls it; its words decide on the type of threat. */
  readonly sourceType: string | undefined;
  /** Further words that decide on the type. */
  readonly words?: readonly (string | undefined)[];
  /** The type, where the source says it in our own words. */
  readonly threatType?: ThreatType;
  readonly customer: string | undefined;
  /** What the source's own level stands for; undefined where it gives none. */
  readonly severity: ThreatSeverity | undefined;
  /** That level, as the source says it. */
  readonly level: string | undefined;
  /** Ids of MITRE ATT&CK. */
  readonly hints: readonly string[] | undefined;
  /** Metadata that follows from several fields. */
  readonly further?: Metadata;
}

/** All that is special about a source. */
export interface AdapterSpec<Table extends SignalFields> {
  readonly name: string;
  readonly title: string;
  /** Keys of envelopes around one alert, outermost first. */
  readonly envelopes?: readonly string[];
  /** Paths of lists in answers that hold many alerts. */
  readonly lists?: readonly string[];
  /**
   * The fields, by their names in the metadata. `customer_name` and `mitre_hints` go to the signal
   * itself, and the values of `facts` are kept under their own names.
   */
  readonly fields: Table;
  /** Which words stand for which type; the first that match count, and without any it is an anomaly. */
  readonly types: readonly (readonly [words: RegExp, type: ThreatType])[];
  readonly describe: (values: Values<Table>) => Description;
  /** Which alert it is. */
  readonly identify: (values: Values<Table>, digest: () => string) => Naming | null;
  /** What the envelope of a CloudEvent says, as fields of an alert that lacks them. */
  readonly fromEvent?: (event: EventAttributes) => JsonObject;
}

const UNKNOWN_CUSTOMER = "Unknown customer";

/** Makes an adapter from a table of fields. */
export function defineAdapter<Table extends SignalFields>(spec: AdapterSpec<Table>): Adapter {
  return {
    name: spec.name,
    title: spec.title,
    schema: schemaOf(spec.fields),
    list: (body) => {
      const lists = (spec.lists ?? []).map((path) => find(body, keysOf(path))?.value);
      return lists.find((list) => Array.isArray(list));
    },
    read: (body, arrival) => {
      try {
        return readAlert(spec, body, arrival);
      } catch (error) {
        // Reading goes down into what is nested, as deep as the stack lets it.
        throw error instanceof RangeError ? new Refusal("It is nested too deeply") : error;
      }
    },
  };
}

function readAlert<Table extends SignalFields>(
  spec: AdapterSpec<Table>,
  body: unknown,
  { id, receivedAt, event }: Arrival,
): Reading {
  const inner = unwrap(spec, body);
  const alert = event === undefined ? inner : { ...spec.fromEvent?.(event), ...inner };
  const reading = readTable(spec.fields, alert);
  const { values } = reading;
  const described = spec.describe(values);
  const at: unknown = values.timestamp;
  const naming = spec.identify(values, () => digestOf(inner));
  return {
    signal: {
      id,
      threat_type: described.threatType ?? typeOf(spec.types, described),
      customer_name: described.customer?.slice(0, MAX_TEXT) ?? UNKNOWN_CUSTOMER,
      timestamp: typeof at === "string" ? at : receivedAt,
      metadata: metadataOf(spec, alert, reading, described, event),
      mitre_hints: described.hints ?? [],
    },
    identity: naming === null ? null : identityOf(spec.name, naming),
    closed: naming?.closed ?? false,
  };
}

function unwrap<Table extends SignalFields>(spec: AdapterSpec<Table>, body: unknown): JsonObject {
  const needed = `Not ${spec.title}: a JSON object is needed`;
  if (!isObject(body)) {
    throw new Refusal(needed);
  }
  return (spec.envelopes ?? []).reduce<JsonObject>((alert, key) => {
    if (!Object.hasOwn(alert, key)) {
      return alert;
    }
    const inner = alert[key];
    if (!isObject(inner)) {
      throw new Refusal(`${needed} as ${key}`, key);
    }
    return inner;
  }, body);
}

function typeOf(
  types: AdapterSpec<SignalFields>["types"],
  { sourceType, words = [] }: Description,
): ThreatType {
  const said = [sourceType, ...words].filter((word) => word !== undefined).join("\n");
  return types.find(([pattern]) => pattern.test(said))?.[1] ?? "anomaly_detection";
}

/**
 * What the analysis reads, under its names; what the source adds, under its own; and the rest of the
 * alert as `raw`. All of it is bounded, and `truncated` names what is not whole.
 */
function metadataOf<Table extends SignalFields>(
  spec: AdapterSpec<Table>,
  alert: JsonObject,
  { values, taken }: TableReading<Table>,
  { sourceType, severity, level, further }: Description,
  event: EventAttributes | undefined,
): Metadata {
  const copy = new BoundedCopy();
  const named = Object.entries({ ...values, ...further }).filter(
    ([name, value]) => value !== undefined && !NOT_METADATA.has(name),
  );
  const cut = named.map(([name, value]: readonly [string, unknown]) => {
    const most = spec.fields[name]?.most ?? MAX_TEXT;
    return [name, typeof value === "string" ? copy.text(value, name, most) : value] as const;
  });
  const facts: unknown = values["facts"];
  const own = isObject(facts) ? copy.object(facts, new Set()) : {};
  const raw = copy.object(alert, new Set(taken.map(joined)));
  const metadata: Metadata = {
    ...own,
    ...Object.fromEntries(cut),
    // Always ours: nothing that a log line says may stand in their place.
    source: spec.name,
    source_type: sourceType?.slice(0, MAX_TEXT),
    source_severity: severity,
    source_level: level?.slice(0, MAX_TEXT),
    cloudevent: event === undefined ? undefined : copy.object({ ...event }, new Set()),
    raw: Object.keys(raw).length > 0 ? raw : undefined,
    truncated: copy.cut.length > 0 ? copy.cut : undefined,
  };
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}
