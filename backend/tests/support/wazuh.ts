/** An alert as the Wazuh manager writes it. */
export const WAZUH_ALERT = {
  timestamp: "2026-01-31T12:00:00.123+0100",
  rule: {
    id: "100006",
    level: 12,
    description: "Malicious package on a device",
    groups: ["mobile", "malware"],
    mitre: { id: ["T1475"], tactic: ["Initial Access"], technique: ["Deliver Malicious App"] },
  },
  agent: { id: "007", name: "HealthCare Plus", ip: "10.1.2.3" },
  manager: { name: "wazuh-manager" },
  id: "1769860800.12345",
  data: { package: "com.example.stealer", srcuser: "user-0815" },
  full_log: "package com.example.stealer installed",
  location: "mdm",
};
