import { SEVERITY, THREAT_TYPES } from "../contract/signal.js";
import { defineAdapter } from "./adapter.js";
import { choice, object, required, techniques, text, time } from "./fields.js";

/** Signals in the API's own form, as it gives them back; what it does not need may be left out. */
export const OWN = defineAdapter({
  name: "own",
  title: "a signal of one's own",
  fields: {
    timestamp: time("timestamp"),
    customer_name: required(text("customer_name")),
    threat_type: choice(THREAT_TYPES, "threat_type"),
    severity: choice(SEVERITY.options, "severity"),
    mitre_hints: techniques("mitre_hints"),
    facts: object("metadata"),
    alert_id: text("id"),
    sensor: text("source"),
    title: text("title"),
  },
  types: [],
  fromEvent: ({ id, source, time: at }) => ({
    id,
    source,
    ...(at !== undefined && { timestamp: at }),
  }),
  // Without an id nobody can tell whether it came before.
  identify: ({ alert_id: id, sensor, customer_name: customer, timestamp }) =>
    id === undefined ? null : { name: [sensor, customer, id], version: [timestamp] },
  describe: (values) => ({
    sourceType: values.title,
    threatType: values.threat_type,
    customer: values.customer_name,
    severity: values.severity,
    level: undefined,
    hints: values.mitre_hints,
  }),
});
