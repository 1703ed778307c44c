import type { Adapter } from "./adapter.js";
import { FALCO } from "./falco.js";
import { GUARDDUTY } from "./guardduty.js";
import { OCSF } from "./ocsf.js";
import { OWN } from "./own.js";
import { SURICATA } from "./suricata.js";
import { WAZUH } from "./wazuh.js";

/** Who may send, by the last part of the route. */
export const SOURCES: Readonly<Record<string, Adapter>> = {
  "": OWN,
  "/wazuh": WAZUH,
  "/suricata": SURICATA,
  "/falco": FALCO,
  "/guardduty": GUARDDUTY,
  "/ocsf": OCSF,
};
