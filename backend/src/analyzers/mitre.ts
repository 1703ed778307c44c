import type { MitreTag, ThreatType } from "../types.js";

const CONFIDENCE = 0.6;

const TECHNIQUES: Readonly<
  Record<ThreatType, readonly (readonly [string, string, string, string])[]>
> = {
  bot_traffic: [
    ["T1110.004", "Credential Stuffing", "Credential Access", "TA0006"],
    ["T1595", "Active Scanning", "Reconnaissance", "TA0043"],
  ],
  proxy_network: [["T1090", "Proxy", "Command and Control", "TA0011"]],
  device_compromise: [
    ["T1003", "OS Credential Dumping", "Credential Access", "TA0006"],
    ["T1041", "Exfiltration Over C2 Channel", "Exfiltration", "TA0010"],
  ],
  anomaly_detection: [["T1071", "Application Layer Protocol", "Command and Control", "TA0011"]],
  rate_limit_breach: [["T1499", "Endpoint Denial of Service", "Impact", "TA0040"]],
  geo_anomaly: [["T1078", "Valid Accounts", "Initial Access", "TA0001"]],
};

/** The techniques of MITRE ATT&CK that a type of threat usually stands for. */
export function mitreTags(type: ThreatType): readonly MitreTag[] {
  return TECHNIQUES[type].map(([id, name, tactic, tacticId]) => ({
    technique_id: id,
    technique_name: name,
    tactic,
    tactic_id: tacticId,
    confidence: CONFIDENCE,
    source: "fallback",
  }));
}
