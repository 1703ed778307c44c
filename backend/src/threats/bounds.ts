import { cut, fit } from "../base/bounded.js";
import { wellFormed } from "../base/wellFormed.js";
import { MAX_SIGNAL, MAX_TEXT, type ThreatSignal } from "../contract/signal.js";

/** Most characters of a customer's name. */
const MAX_NAME = 256;

/**
 * A signal as it is analysed and kept, whatever a sensor sent: real alerts carry texts of any length, such as
 * Wazuh's `full_log`, and are not refused for that. Texts and facts beyond the bounds are cut, with a mark, and
 * halves of characters are replaced.
 */
export function boundedSignal(signal: ThreatSignal): ThreatSignal {
  const { customer_name: name } = signal;
  const named = { ...signal, customer_name: cut(name, MAX_NAME) };
  return wellFormed(fit(named, MAX_SIGNAL, MAX_TEXT)) as ThreatSignal;
}
