import { severityAt, type SeveritySteps } from "../threats/severity.js";
import { defineAdapter } from "./adapter.js";
import { flag, long, number, required, techniques, text, time } from "./fields.js";

/** The actions that a finding may be about, each with the other side's address in the same form. */
const ACTIONS = [
  "networkConnectionAction",
  "awsApiCallAction",
  "portProbeAction.portProbeDetails[0]",
  "kubernetesApiCallAction",
  "rdsLoginAttemptAction",
];

/** Where a fact on the other side's address may stand. */
function remote(fact: string): readonly string[] {
  return ACTIONS.map((action) => `service.action.${action}.remoteIpDetails.${fact}`);
}

/**
 * Findings of Amazon GuardDuty, from its API or as EventBridge delivers them, whose names begin with small
 * letters: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html
 */
export const GUARDDUTY = defineAdapter({
  name: "guardduty",
  title: "a finding of GuardDuty",
  envelopes: ["detail"],
  lists: ["findings"],
  fields: {
    timestamp: required(time("service.eventLastSeen", "updatedAt", "createdAt")),
    mitre_hints: techniques("service.detection"),
    alert_id: required(text("id")),
    finding_type: required(text("type")),
    finding_severity: required(number("severity")),
    title: text("title"),
    summary: long(text("description")),
    account_id: text("accountId"),
    region: text("region"),
    finding_count: number("service.count"),
    finding_created: time("createdAt"),
    finding_updated: time("updatedAt"),
    finding_archived: flag("service.archived"),
    resource_type: text("resource.resourceType"),
    resource_role: text("service.resourceRole"),
    instance_id: text("resource.instanceDetails.instanceId"),
    user_id: text(
      "resource.accessKeyDetails.userName",
      "resource.kubernetesDetails.kubernetesUserDetails.username",
      "resource.rdsDbUserDetails.user",
    ),
    cluster: text("resource.eksClusterDetails.name", "resource.ecsClusterDetails.name"),
    database: text("resource.rdsDbInstanceDetails.dbInstanceIdentifier"),
    bucket: text("resource.s3BucketDetails[0].name"),
    function_name: text("resource.lambdaDetails.functionName"),
    source_ip: text(...remote("ipAddressV4"), ...remote("ipAddressV6")),
    country: text(...remote("country.countryCode"), ...remote("country.countryName")),
    city: text(...remote("city.cityName")),
    network_owner: text(...remote("organization.org")),
    domain: text("service.action.dnsRequestAction.domain"),
    api_call: text("service.action.awsApiCallAction.api"),
    user_agent: text("service.additionalInfo.userAgent.fullUserAgent"),
    process: text("service.runtimeDetails.process.name"),
  },
  types: [
    [/Tor(IPCaller|Client|Relay)|Proxy|Anonymi[sz]/i, "proxy_network"],
    [/DenialOfService|\bDDoS|\bDoS\b/i, "rate_limit_breach"],
    [/ConsoleLoginSuccess\.B|ImpossibleTravel/i, "geo_anomaly"],
    [/BruteForce|PortProbe|PortSweep|Portscan|^Recon:/im, "bot_traffic"],
    // Unlike what follows, these say that something is unusual, and not that it is malicious.
    [/AnomalousBehavior/i, "anomaly_detection"],
    [
      /^(Backdoor|Trojan|CryptoCurrency|Execution|Exfiltration|Impact|Persistence|PrivilegeEscalation|DefenseEvasion|CredentialAccess|AttackSequence):/m,
      "device_compromise",
    ],
  ],
  identify: (values) => ({
    name: [values.account_id, values.region, values.alert_id],
    version: [
      values.finding_updated,
      values.finding_archived === true ? 1 : 0,
      values.finding_count,
    ],
    closed: values.finding_archived === true,
  }),
  describe: (values) => ({
    sourceType: values.finding_type,
    customer: values.account_id,
    severity: severityAt(values.finding_severity, LEVELS) ?? "INFO",
    level: `severity ${values.finding_severity} of 10`,
    hints: values.mitre_hints,
    further: {
      endpoint_name:
        values.instance_id ??
        values.cluster ??
        values.database ??
        values.bucket ??
        values.function_name,
      device_id: values.instance_id,
    },
  }),
});

/** https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html */
const LEVELS: SeveritySteps = [
  [9, "CRITICAL"],
  [7, "HIGH"],
  [4, "MEDIUM"],
  [1, "LOW"],
];
