/** A technique of MITRE ATT&CK with the tactic that it serves here. */
export interface Technique {
  readonly name: string;
  readonly tactic: string;
  readonly tacticId: string;
}

const TACTICS = {
  TA0043: "Reconnaissance",
  TA0001: "Initial Access",
  TA0002: "Execution",
  TA0003: "Persistence",
  TA0004: "Privilege Escalation",
  TA0005: "Defense Evasion",
  TA0006: "Credential Access",
  TA0007: "Discovery",
  TA0008: "Lateral Movement",
  TA0009: "Collection",
  TA0011: "Command and Control",
  TA0010: "Exfiltration",
  TA0040: "Impact",
} as const;
type TacticId = keyof typeof TACTICS;

/** Of the Enterprise matrix those that sensors report most; each under the tactic it serves most often. */
const NAMES: Readonly<Record<TacticId, Readonly<Record<string, string>>>> = {
  TA0043: {
    T1595: "Active Scanning",
    "T1595.002": "Vulnerability Scanning",
    T1592: "Gather Victim Host Information",
  },
  TA0001: {
    T1078: "Valid Accounts",
    T1133: "External Remote Services",
    T1189: "Drive-by Compromise",
    T1190: "Exploit Public-Facing Application",
    T1195: "Supply Chain Compromise",
    "T1195.001": "Compromise Software Dependencies and Development Tools",
    "T1195.002": "Compromise Software Supply Chain",
    T1566: "Phishing",
  },
  TA0002: {
    T1059: "Command and Scripting Interpreter",
    "T1059.001": "PowerShell",
    "T1059.004": "Unix Shell",
    "T1059.007": "JavaScript",
    T1203: "Exploitation for Client Execution",
    T1204: "User Execution",
  },
  TA0003: {
    T1053: "Scheduled Task/Job",
    T1098: "Account Manipulation",
    T1136: "Create Account",
    T1505: "Server Software Component",
    "T1505.003": "Web Shell",
    T1543: "Create or Modify System Process",
    T1547: "Boot or Logon Autostart Execution",
  },
  TA0004: {
    T1068: "Exploitation for Privilege Escalation",
    T1548: "Abuse Elevation Control Mechanism",
    "T1548.003": "Sudo and Sudo Caching",
    T1055: "Process Injection",
  },
  TA0005: {
    T1014: "Rootkit",
    T1027: "Obfuscated Files or Information",
    T1036: "Masquerading",
    T1070: "Indicator Removal",
    "T1070.004": "File Deletion",
    T1562: "Impair Defenses",
    "T1562.001": "Disable or Modify Tools",
  },
  TA0006: {
    T1003: "OS Credential Dumping",
    T1110: "Brute Force",
    "T1110.001": "Password Guessing",
    "T1110.003": "Password Spraying",
    "T1110.004": "Credential Stuffing",
    T1552: "Unsecured Credentials",
    "T1552.001": "Credentials In Files",
    T1528: "Steal Application Access Token",
    T1555: "Credentials from Password Stores",
  },
  TA0007: {
    T1046: "Network Service Discovery",
    T1082: "System Information Discovery",
    T1083: "File and Directory Discovery",
    T1087: "Account Discovery",
  },
  TA0008: {
    T1021: "Remote Services",
    "T1021.004": "SSH",
    T1570: "Lateral Tool Transfer",
  },
  TA0009: {
    T1005: "Data from Local System",
    T1119: "Automated Collection",
    T1560: "Archive Collected Data",
  },
  TA0011: {
    T1071: "Application Layer Protocol",
    "T1071.001": "Web Protocols",
    T1090: "Proxy",
    "T1090.002": "External Proxy",
    "T1090.003": "Multi-hop Proxy",
    T1105: "Ingress Tool Transfer",
    T1571: "Non-Standard Port",
    T1572: "Protocol Tunneling",
  },
  TA0010: {
    T1041: "Exfiltration Over C2 Channel",
    T1048: "Exfiltration Over Alternative Protocol",
    T1567: "Exfiltration Over Web Service",
  },
  TA0040: {
    T1485: "Data Destruction",
    T1486: "Data Encrypted for Impact",
    T1489: "Service Stop",
    T1496: "Resource Hijacking",
    T1498: "Network Denial of Service",
    "T1565.001": "Stored Data Manipulation",
    T1499: "Endpoint Denial of Service",
    "T1499.002": "Service Exhaustion Flood",
  },
};

const TECHNIQUES: ReadonlyMap<string, Technique> = new Map(
  (Object.keys(NAMES) as TacticId[]).flatMap((tacticId) =>
    Object.entries(NAMES[tacticId]).map(
      ([id, name]) => [id, { name, tactic: TACTICS[tacticId], tacticId }] as const,
    ),
  ),
);

const ID = /^T\d{4}(\.\d{3})?$/;

/**
 * The technique of an id. A subtechnique that is not listed goes by its parent's name; a well-formed id
 * that is not listed at all goes by its id, with an unknown tactic, since losing it would be worse.
 *
 * @param id `T1234` or `T1234.001`
 * @returns null for what is no id
 */
export function techniqueOf(id: string): Technique | null {
  if (!ID.test(id)) {
    return null;
  }
  return (
    TECHNIQUES.get(id) ??
    TECHNIQUES.get(id.slice(0, 5)) ?? { name: id, tactic: "Unknown", tacticId: "" }
  );
}
