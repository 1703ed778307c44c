import type { AlertSample } from "./sample.js";

const DOCUMENTATION =
  "The fields that the API reference of Amazon GuardDuty documents; no published finding is copied (AWS, all rights reserved)";
const TIMES = {
  createdAt: "2026-03-04T04:00:00.000Z",
  updatedAt: "2026-03-04T05:06:07.089Z",
};

/** A finding as EventBridge delivers it, around what a case is about. */
function finding(
  type: string,
  severity: number,
  action: object = {},
  rest: { readonly resource?: object; readonly service?: object } = {},
): AlertSample["alert"] {
  return {
    schemaVersion: "2.0",
    accountId: "000000000042",
    region: "xx-north-1",
    partition: "aws",
    id: "0123456789abcdef0123456789abcdef",
    arn: "arn:aws:guardduty:xx-north-1:000000000042:detector/d/finding/f",
    type,
    severity,
    title: `Something of type ${type}`,
    description: "What was seen, in a sentence.",
    ...TIMES,
    resource: rest.resource ?? {
      resourceType: "Instance",
      instanceDetails: { instanceId: "i-00000000000000042", imageId: "ami-0" },
    },
    service: {
      serviceName: "guardduty",
      detectorId: "d",
      resourceRole: "TARGET",
      archived: false,
      count: 3,
      eventFirstSeen: TIMES.createdAt,
      eventLastSeen: TIMES.updatedAt,
      action,
      ...rest.service,
    },
  };
}

/** The same as the API's command line prints it, whose names begin with a capital. */
function capitals(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map(capitals)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [
            key.charAt(0).toUpperCase() + key.slice(1),
            capitals(inner),
          ]),
        )
      : value;
}

const REMOTE = {
  ipAddressV4: "203.0.113.90",
  country: { countryName: "Exampleland" },
  city: { cityName: "Sampleton" },
  organization: { asn: "64500", org: "Example Net" },
};
const CONNECTION = {
  actionType: "NETWORK_CONNECTION",
  networkConnectionAction: { connectionDirection: "INBOUND", remoteIpDetails: REMOTE },
};
const CALL = {
  actionType: "AWS_API_CALL",
  awsApiCallAction: { api: "ListBuckets", serviceName: "s3", remoteIpDetails: REMOTE },
};
const KEY = { resourceType: "AccessKey", accessKeyDetails: { userName: "deploy" } };

const COMMON = {
  after: DOCUMENTATION,
  customer: "000000000042",
  timestamp: "2026-03-04T05:06:07.089000Z",
} as const;

/** Findings of GuardDuty in the shapes in which EventBridge and the API give them. */
export const GUARDDUTY_SAMPLES: readonly AlertSample[] = [
  {
    ...COMMON,
    what: "guessed passwords",
    alert: finding("UnauthorizedAccess:EC2/SSHBruteForce", 2, CONNECTION),
    type: "bot_traffic",
    severity: "LOW",
    metadata: {
      source_ip: "203.0.113.90",
      country: "Exampleland",
      city: "Sampleton",
      endpoint_name: "i-00000000000000042",
      source_type: "UnauthorizedAccess:EC2/SSHBruteForce",
      finding_count: 3,
      finding_archived: false,
    },
  },
  {
    ...COMMON,
    what: "a miner, in EventBridge's envelope",
    alert: {
      version: "0",
      id: "event-1",
      "detail-type": "GuardDuty Finding",
      source: "aws.guardduty",
      account: "000000000042",
      time: "2026-03-04T05:10:00Z",
      region: "xx-north-1",
      resources: [],
      detail: finding("CryptoCurrency:EC2/BitcoinTool.B!DNS", 8, {
        actionType: "DNS_REQUEST",
        dnsRequestAction: { domain: "pool.example" },
      }),
    },
    type: "device_compromise",
    severity: "HIGH",
    metadata: { domain: "pool.example", alert_id: "0123456789abcdef0123456789abcdef" },
  },
  {
    ...COMMON,
    what: "a finding of the command line, whose names begin with a capital",
    alert: capitals(finding("Backdoor:EC2/C&CActivity.B", 8, CONNECTION)) as AlertSample["alert"],
    type: "device_compromise",
    severity: "HIGH",
    metadata: { source_ip: "203.0.113.90", instance_id: "i-00000000000000042" },
  },
  {
    ...COMMON,
    what: "calls through Tor",
    alert: finding("UnauthorizedAccess:IAMUser/TorIPCaller", 5, CALL, { resource: KEY }),
    type: "proxy_network",
    severity: "MEDIUM",
    metadata: { user_id: "deploy", api_call: "ListBuckets" },
  },
  {
    ...COMMON,
    what: "sign-ins from two places",
    alert: finding("UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", 5, CALL, { resource: KEY }),
    type: "geo_anomaly",
    severity: "MEDIUM",
    metadata: { network_owner: "Example Net" },
  },
  {
    ...COMMON,
    what: "a flood that goes out",
    alert: finding("Backdoor:EC2/DenialOfService.Udp", 8, CONNECTION),
    type: "rate_limit_breach",
    severity: "HIGH",
    metadata: { source_level: "severity 8 of 10" },
  },
  {
    ...COMMON,
    what: "a probed port",
    alert: finding("Recon:EC2/PortProbeUnprotectedPort", 2, {
      actionType: "PORT_PROBE",
      portProbeAction: { portProbeDetails: [{ remoteIpDetails: REMOTE }], blocked: false },
    }),
    type: "bot_traffic",
    severity: "LOW",
    metadata: { source_ip: "203.0.113.90" },
  },
  {
    ...COMMON,
    what: "an unusual call, that is no more than unusual",
    alert: finding("Persistence:IAMUser/AnomalousBehavior", 5, CALL, {
      resource: KEY,
      service: { additionalInfo: { userAgent: { fullUserAgent: "aws-cli/2" } } },
    }),
    type: "anomaly_detection",
    severity: "MEDIUM",
    metadata: { user_agent: "aws-cli/2" },
  },
  {
    ...COMMON,
    what: "a bucket",
    alert: finding("Exfiltration:S3/MaliciousIPCaller", 8, CALL, {
      resource: { resourceType: "S3Bucket", s3BucketDetails: [{ name: "example-bucket" }] },
    }),
    type: "device_compromise",
    severity: "HIGH",
    metadata: { endpoint_name: "example-bucket" },
  },
  {
    ...COMMON,
    what: "a cluster",
    alert: finding(
      "Execution:Runtime/NewBinaryExecuted",
      5,
      { actionType: "KUBERNETES_API_CALL", kubernetesApiCallAction: { remoteIpDetails: REMOTE } },
      {
        resource: {
          resourceType: "EKSCluster",
          eksClusterDetails: { name: "example-cluster" },
          kubernetesDetails: { kubernetesUserDetails: { username: "jane" } },
        },
        service: { runtimeDetails: { process: { name: "odd" } } },
      },
    ),
    type: "device_compromise",
    severity: "MEDIUM",
    metadata: { endpoint_name: "example-cluster", user_id: "jane", process: "odd" },
  },
  {
    ...COMMON,
    what: "a sequence of attacks, critical",
    alert: finding(
      "AttackSequence:IAM/CompromisedCredentials",
      9,
      {},
      {
        resource: KEY,
        service: {
          detection: {
            sequence: { sequenceIndicators: [{ key: "ATTACK_TECHNIQUE", values: ["T1078.004"] }] },
          },
        },
      },
    ),
    type: "device_compromise",
    severity: "CRITICAL",
    hints: ["T1078.004"],
    metadata: { user_id: "deploy" },
  },
  {
    ...COMMON,
    what: "a database, whose severity has a fraction",
    alert: finding(
      "CredentialAccess:RDS/MaliciousIPCaller.FailedLogin",
      6.9,
      { actionType: "RDS_LOGIN_ATTEMPT", rdsLoginAttemptAction: { remoteIpDetails: REMOTE } },
      {
        resource: {
          resourceType: "RDSDBInstance",
          rdsDbInstanceDetails: { dbInstanceIdentifier: "example-db" },
        },
      },
    ),
    type: "device_compromise",
    severity: "MEDIUM",
    metadata: { endpoint_name: "example-db" },
  },
];
