import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { mergeValues } from "../../config/values";
import { EXTERNAL_REDIS, GATEWAY } from "./support/profiles";
import { CHART, refusal, render, type Values } from "./support/helm";

/** A values file in which one dotted path is set. */
function setting(dotted: string, value: unknown): Values {
  return dotted
    .split(".")
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
}

const prefix = (
  host: string,
  paths: unknown = [{ path: "/", pathType: "Prefix", backend: "frontend" }],
) => setting("ingress.hosts", [{ host, paths }]);
const onPath = (path: Values) =>
  prefix("localhost", [{ path: "/", pathType: "Prefix", backend: "frontend", ...path }]);

/** Values that the schema refuses: where, and why. */
const BAD_VALUES: readonly (readonly [string, Values, RegExp])[] = [
  ["an unknown block", { bakend: {} }, /additional properties 'bakend' not allowed/],
  ["an unknown key", setting("backend.replica", 3), /'\/backend': .* 'replica' not allowed/],
  [
    "a number in place of whose it is",
    setting("backend.replicas", 3),
    /'\/backend\/replicas': value must be one of '', 'external'/,
  ],
  ["an unknown key deep down", setting("redis.image.hash", "x"), /'\/redis\/image': .* 'hash'/],
  [
    "a count that is text",
    setting("backend.replicaCount", "2"),
    /'\/backend\/replicaCount': got string, want integer/,
  ],
  [
    "no backend pod",
    setting("backend.replicaCount", 0),
    /'\/backend\/replicaCount': minimum: got 0, want 1/,
  ],
  [
    "half a pod",
    setting("frontend.replicaCount", 1.5),
    /'\/frontend\/replicaCount': got number, want integer/,
  ],
  [
    "a key that was removed",
    setting("backend.hpa.maxReplicas", null),
    /'\/backend\/hpa': missing property 'maxReplicas'/,
  ],
  [
    "a target of 0 %",
    setting("backend.hpa.targetCPUUtilizationPercentage", 0),
    /targetCPUUtilizationPercentage': minimum/,
  ],
  [
    "a flag that is text",
    setting("redis.enabled", "false"),
    /'\/redis\/enabled': got string, want boolean/,
  ],
  [
    "a tag with a space",
    setting("backend.image.tag", "la test"),
    /'\/backend\/image\/tag': 'la test' does not match/,
  ],
  [
    "a tag that is a number",
    setting("frontend.image.tag", 2),
    /'\/frontend\/image\/tag': got number, want string/,
  ],
  ["an empty tag", setting("redis.image.tag", ""), /'\/redis\/image\/tag': '' does not match/],
  [
    "a tag with a short digest",
    setting("backend.image.tag", "1@sha256:abc"),
    /'\/backend\/image\/tag'/,
  ],
  [
    "a repository with its tag",
    setting("backend.image.repository", "soc-backend:1"),
    /'\/backend\/image\/repository'/,
  ],
  [
    "a repository in capitals",
    setting("backend.image.repository", "SOC/Backend"),
    /'\/backend\/image\/repository'/,
  ],
  [
    "a pull policy of no such name",
    setting("backend.image.pullPolicy", "Sometimes"),
    /pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'/,
  ],
  [
    "a Service type of no such name",
    setting("frontend.service.type", "Public"),
    /'\/frontend\/service\/type': value must be one of/,
  ],
  [
    "a port out of range",
    setting("backend.service.port", 65536),
    /'\/backend\/service\/port': maximum: got 65,536, want 65,535/,
  ],
  [
    "memory without a unit",
    setting("backend.resources.limits.memory", "512"),
    /'\/backend\/resources\/limits\/memory': '512' does not match/,
  ],
  [
    "memory as a number",
    setting("backend.resources.limits.memory", 536870912),
    /limits\/memory': got number, want string/,
  ],
  [
    "memory in a unit of no such name",
    setting("frontend.resources.requests.memory", "64MB"),
    /'\/frontend\/resources\/requests\/memory'/,
  ],
  [
    "CPU in words",
    setting("backend.resources.requests.cpu", "half"),
    /'\/backend\/resources\/requests\/cpu'/,
  ],
  [
    "no CPU at all",
    setting("backend.resources.requests.cpu", 0),
    /'\/backend\/resources\/requests\/cpu': exclusiveMinimum/,
  ],
  [
    "no CPU request, which the HPA needs",
    setting("backend.resources.requests.cpu", null),
    /requests': missing property 'cpu'/,
  ],
  [
    "no memory limit",
    setting("redis.resources.limits.memory", null),
    /limits': missing property 'memory'/,
  ],
  [
    "a memory limit of Redis's that is none",
    setting("redis.resources.limits.memory", "1.5 GB"),
    /'\/redis\/resources\/limits\/memory'/,
  ],
  [
    "a resource of no such name",
    setting("backend.resources.limits.gpu", "1"),
    /additional properties 'gpu' not allowed/,
  ],
  [
    "a variable that is a list",
    setting("backend.env.MODES", ["a", "b"]),
    /'\/backend\/env\/MODES': got array, want boolean or number or string/,
  ],
  [
    "a variable that is nothing",
    setting("backend.env.MODE", null),
    /'\/backend\/env\/MODE': got null, want boolean or number or string/,
  ],
  [
    "an address that is a number",
    setting("backend.env.OTEL_EXPORTER_OTLP_ENDPOINT", 4317),
    /'\/backend\/env\/OTEL_EXPORTER_OTLP_ENDPOINT': got number, want string/,
  ],
  [
    "a variable of no such shape",
    setting("backend.env.LOG-LEVEL", "INFO"),
    /'LOG-LEVEL' does not match/,
  ],
  [
    "a Redis URL of another kind",
    setting("backend.env.REDIS_URL", "http://redis:6379"),
    /'\/backend\/env\/REDIS_URL'/,
  ],
  [
    "a probe path without a slash",
    setting("backend.probes.liveness.path", "health"),
    /'\/backend\/probes\/liveness\/path'/,
  ],
  [
    "a probe before its time",
    setting("backend.probes.readiness.initialDelaySeconds", -1),
    /initialDelaySeconds': minimum: got -1, want 0/,
  ],
  [
    "a probe without a pause",
    setting("backend.probes.liveness.periodSeconds", 0),
    /periodSeconds': minimum: got 0, want 1/,
  ],
  [
    "a host with a port",
    prefix("localhost:8080"),
    /'\/ingress\/hosts\/0\/host': 'localhost:8080' does not match/,
  ],
  ["a host with a scheme", prefix("https://soc.example.com"), /'\/ingress\/hosts\/0\/host'/],
  ["no host at all", setting("ingress.hosts", []), /'\/ingress\/hosts': minItems: got 0, want 1/],
  [
    "a host without paths",
    prefix("localhost", []),
    /'\/ingress\/hosts\/0\/paths': minItems: got 0, want 1/,
  ],
  ["a path without a slash", onPath({ path: "api" }), /paths\/0\/path': 'api' does not match/],
  [
    "a path type of no such name",
    onPath({ pathType: "prefix" }),
    /pathType': value must be one of 'Prefix', 'Exact'/,
  ],
  [
    "a path to no such part",
    onPath({ backend: "redis" }),
    /paths\/0\/backend': value must be one of 'frontend', 'backend'/,
  ],
  [
    "an annotation that is a map",
    setting("ingress.annotations.example", { com: "60" }),
    /'\/ingress\/annotations\/example': got object, want boolean or number or string/,
  ],
  [
    "a label that is a map",
    setting("nodeSelector.example", { com: "60" }),
    /'\/nodeSelector\/example': got object, want boolean or number or string/,
  ],
  [
    "TLS that is a flag",
    setting("ingress.tls", true),
    /'\/ingress\/tls': got boolean, want array or object/,
  ],
  [
    "a TLS block that does not say whether",
    setting("ingress.tls", { secretName: "a" }),
    /'\/ingress\/tls': missing property 'enabled'/,
  ],
  [
    "a TLS entry with an unknown key",
    setting("ingress.tls", [{ secret: "a" }]),
    /'\/ingress\/tls\/0': .* 'secret' not allowed/,
  ],
  [
    "a volume of a size of no such unit",
    setting("redis.persistence.size", "1 GB"),
    /'\/redis\/persistence\/size'/,
  ],
  [
    "an external Redis with a port in its host",
    setting("redis.external.host", "cache:6379"),
    /'\/redis\/external\/host'/,
  ],
  [
    "an external Redis by its URL",
    setting("redis.external.host", "rediss://cache"),
    /'\/redis\/external\/host'/,
  ],
  [
    "a password beside its Secret's name",
    setting("redis.external.password", "x"),
    /'\/redis\/external': additional properties 'password' not allowed/,
  ],
  [
    "a password of the own Redis in values",
    setting("redis.auth.password", "x"),
    /'\/redis\/auth': additional properties 'password' not allowed/,
  ],
  [
    "an address where a range belongs",
    setting("redis.external.cidrs", ["10.0.0.1"]),
    /'\/redis\/external\/cidrs\/0': '10\.0\.0\.1' does not match/,
  ],
  [
    "too little time for running requests",
    setting("backend.rollout.drainSeconds", 5),
    /'\/backend\/rollout\/drainSeconds': minimum: got 5, want 15/,
  ],
  [
    "a wait in words",
    setting("frontend.rollout.preStopSeconds", "10s"),
    /'\/frontend\/rollout\/preStopSeconds': got string, want integer/,
  ],
  [
    "a Gateway by its bare name",
    setting("gateway.parentRefs", ["shared"]),
    /'\/gateway\/parentRefs\/0': got string, want object/,
  ],
  [
    "a timeout without a unit",
    setting("gateway.requestTimeout", "3600"),
    /'\/gateway\/requestTimeout': '3600' does not match/,
  ],
  [
    "a DNS without labels",
    setting("networkPolicy.dns.podLabels", { "k8s-app": null }),
    /'\/networkPolicy\/dns\/podLabels': minProperties/,
  ],
  [
    "further DNS pods without labels",
    setting("networkPolicy.dns.peers", [{ namespace: "kube-system" }]),
    /'\/networkPolicy\/dns\/peers\/0': missing property 'podLabels'/,
  ],
  [
    "a peer of DNS as in the Kubernetes API",
    setting("networkPolicy.dns.peers", [{ podSelector: {} }]),
    /'\/networkPolicy\/dns\/peers\/0': .*'podSelector' not allowed/,
  ],
  [
    "a DNS address where a range belongs",
    setting("networkPolicy.dns.cidrs", ["169.254.25.10"]),
    /'\/networkPolicy\/dns\/cidrs\/0': '169\.254\.25\.10' does not match/,
  ],
  [
    "DNS on no port, which a policy would take for all",
    setting("networkPolicy.dns.ports", []),
    /'\/networkPolicy\/dns\/ports': minItems: got 0, want 1/,
  ],
  [
    "a rule that is no rule",
    setting("networkPolicy.frontend.egress", ["10.0.0.0/8"]),
    /'\/networkPolicy\/frontend\/egress\/0': got string, want object/,
  ],
  [
    "an unknown key of the policies",
    setting("networkPolicy.ingress", []),
    /'\/networkPolicy': additional properties 'ingress' not allowed/,
  ],
  [
    "an image without a tag",
    setting("helmTest.image", "node"),
    /'\/helmTest\/image': 'node' does not match/,
  ],
  [
    "a link without a place for the trace's id",
    setting("observability.links.trace", "https://jaeger.example.com/search"),
    /'\/observability\/links\/trace': .* does not match/,
  ],
  [
    "a link that a browser takes for another host",
    setting("observability.links.logs", "//logs.example.com/{trace_id}"),
    /'\/observability\/links\/logs': .* does not match/,
  ],
  [
    "the key itself where a Secret's name belongs",
    setting("openai.existingSecret", "sk-ABC_123"),
    /'\/openai\/existingSecret'/,
  ],
  [
    "a key beside the Secret's name",
    setting("openai.apiKey", "sk-1"),
    /'\/openai': additional properties 'apiKey' not allowed/,
  ],
  ["a name in capitals", { fullnameOverride: "SOC" }, /'\/fullnameOverride'/],
  [
    "a pull secret that is a number",
    { imagePullSecrets: [1] },
    /'\/imagePullSecrets\/0': got number, want string/,
  ],
  [
    "a pull secret under another key",
    { global: { imagePullSecrets: [{ secret: "mirror" }] } },
    /'\/global\/imagePullSecrets\/0': missing property 'name'/,
  ],
  [
    "a mirror by its URL",
    { global: { imageRegistry: "https://mirror.example.com" } },
    /'\/global\/imageRegistry': 'https:\/\/mirror\.example\.com' does not match/,
  ],
  [
    "a registry with a slash at its end",
    setting("redis.image.registry", "docker.io/"),
    /'\/redis\/image\/registry': 'docker\.io\/' does not match/,
  ],
  [
    "a short digest",
    setting("frontend.image.digest", "sha256:abc"),
    /'\/frontend\/image\/digest': 'sha256:abc' does not match/,
  ],
  [
    "a switch of a parent chart that is text",
    { enabled: "yes" },
    /'\/enabled': got string, want boolean/,
  ],
  [
    "a label's value that is no label's value",
    setting("commonLabels.team", "the SOC"),
    /'\/commonLabels\/team': 'the SOC' does not match/,
  ],
  [
    "a label's key that is none",
    { commonLabels: { "a/b/c": "x" } },
    /'a\/b\/c' does not match pattern/,
  ],
  [
    "an annotation that is a list",
    setting("commonAnnotations.owners", ["a"]),
    /'\/commonAnnotations\/owners': got array/,
  ],
  ["a namespace with a dot", { namespaceOverride: "a.b" }, /'\/namespaceOverride': 'a\.b' does/],
  [
    "an object without a kind",
    { extraObjects: [{ apiVersion: "v1" }] },
    /'\/extraObjects\/0': missing property 'kind'/,
  ],
  ["an object that is a number", { extraObjects: [1] }, /'\/extraObjects\/0': got number/],
  [
    "a load balancer's address that is a range",
    setting("frontend.service.loadBalancerSourceRanges", ["10.0.0.1"]),
    /loadBalancerSourceRanges\/0': '10\.0\.0\.1' does not match/,
  ],
  [
    "an IP family of no such name",
    setting("backend.service.ipFamilies", ["ipv6"]),
    /'\/backend\/service\/ipFamilies\/0': value must be one of 'IPv4', 'IPv6'/,
  ],
  [
    "a traffic policy of no such name",
    setting("frontend.service.externalTrafficPolicy", "local"),
    /externalTrafficPolicy': value must be one of/,
  ],
  [
    "a Service's field of no such name",
    setting("frontend.service.loadBalancerIp", "192.0.2.1"),
    /'\/frontend\/service': .*'loadBalancerIp' not allowed/,
  ],
  [
    "a token for a part",
    setting("redis.serviceAccount.automountServiceAccountToken", true),
    /'\/redis\/serviceAccount': .*not allowed/,
  ],
  [
    "a target in percent signs",
    setting("frontend.hpa.targetMemoryUtilizationPercentage", "80%"),
    /'\/frontend\/hpa\/targetMemoryUtilizationPercentage': '80%' does not match/,
  ],
  [
    "a metric without a type",
    setting("backend.hpa.metrics", [{ pods: {} }]),
    /'\/backend\/hpa\/metrics\/0': missing property 'type'/,
  ],
  [
    "a behaviour of no such name",
    setting("backend.hpa.behavior", { scaledown: {} }),
    /'\/backend\/hpa\/behavior': .*'scaledown' not allowed/,
  ],
  [
    "a budget of more than all",
    setting("redis.pdb.minAvailable", "120%"),
    /'\/redis\/pdb\/minAvailable': '120%' does not match/,
  ],
  [
    "a budget below nothing",
    setting("backend.pdb.maxUnavailable", -1),
    /'\/backend\/pdb\/maxUnavailable': minimum: got -1, want 0/,
  ],
  [
    "an interval without a unit",
    setting("metrics.serviceMonitor.interval", "30"),
    /'\/metrics\/serviceMonitor\/interval': '30' does not match/,
  ],
  [
    "a rule without an expression",
    setting("metrics.prometheusRule.rules", [{ alert: "Mine" }]),
    /'\/metrics\/prometheusRule\/rules\/0': missing property 'expr'/,
  ],
];

const NO_REDIS =
  /several backend pods need a Redis .* Set redis\.enabled=true, or .* or backend\.env\.REDIS_URL to another Redis, or run a single pod/;

/** Values that are good one by one but not together, and what the chart says to do. */
const BAD_TOGETHER: readonly (readonly [string, Values, RegExp])[] = [
  ["an HPA without a Redis", { redis: { enabled: false }, backend: { replicaCount: 1 } }, NO_REDIS],
  [
    "two pods without a Redis",
    { redis: { enabled: false }, backend: { hpa: { enabled: false } } },
    NO_REDIS,
  ],
  ["several pods that are told of no Redis", setting("backend.env.REDIS_URL", ""), NO_REDIS],
  ["several pods that are told nothing", setting("backend.env.REDIS_URL", null), NO_REDIS],
  [
    "a Redis on another port than the backend is told",
    setting("redis.service.port", 6380),
    /REDIS_URL is "redis:\/\/soc-agent-redis:6379", but redis\.service\.port is 6380\. Give both/,
  ],
  [
    "a secret in a ConfigMap",
    setting("backend.env.OPENAI_API_KEY", "sk-canary"),
    /Put it into a Secret and the Secret's name into openai\.existingSecret/,
  ],
  [
    "fewest pods above most",
    setting("backend.hpa.minReplicas", 9),
    /minReplicas is 9, more than backend\.hpa\.maxReplicas, which is 8/,
  ],
  [
    "a TLS block without a Secret",
    setting("ingress.tls", { enabled: true, hosts: ["soc.example.com"] }),
    /ingress\.tls has an entry without secretName, and no annotation asks cert-manager .* Name the Secret .* or set an issuer/,
  ],
  [
    "a TLS block without hosts",
    setting("ingress.tls", { enabled: true, secretName: "a" }),
    /ingress\.tls has an entry without hosts/,
  ],
  [
    "a TLS entry without a Secret",
    setting("ingress.tls", [{ hosts: ["soc.example.com"] }]),
    /ingress\.tls has an entry without secretName/,
  ],
  [
    "a TLS entry with an empty list of hosts",
    setting("ingress.tls", [{ secretName: "a", hosts: [] }]),
    /ingress\.tls has an entry without hosts/,
  ],
  [
    "its own and an external Redis",
    { redis: { external: { enabled: true, host: "cache" } } },
    /redis\.enabled and redis\.external\.enabled are both true.* Set redis\.enabled=false to use the external one/,
  ],
  [
    "an external Redis without a host",
    { redis: { enabled: false, external: { enabled: true } } },
    /redis\.external\.enabled is true, but redis\.external\.host is empty\. Set it/,
  ],
  [
    "an authority for a connection without TLS",
    {
      redis: { enabled: false, external: { enabled: true, host: "c", tls: false, caSecret: "ca" } },
    },
    /caSecret is set, but redis\.external\.tls is false.* Set redis\.external\.tls=true/,
  ],
  [
    "a user without a password",
    { redis: { enabled: false, external: { enabled: true, host: "c", username: "soc" } } },
    /redis\.external\.username is set without a password\. Put the password into a Secret/,
  ],
  [
    "an external Redis and another one",
    {
      redis: { enabled: false, external: { enabled: true, host: "c" } },
      backend: { env: { REDIS_URL: "redis://other:6379" } },
    },
    /backend\.env\.REDIS_URL and redis\.external both name a Redis\. Leave REDIS_URL/,
  ],
  [
    "a password in a URL",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "rediss://:canary@cache.example.com:6380" } },
    },
    /REDIS_URL has a user or a password in it.* Use redis\.external/,
  ],
  [
    "a password among the variables",
    setting("backend.env.REDIS_PASSWORD", "canary"),
    /backend\.env\.REDIS_PASSWORD would be readable .* into redis\.auth\.existingSecret/,
  ],
  ...(["sentinel", "cluster"] as const).map((mode): [string, Values, RegExp] => [
    `an external Redis in the mode ${mode}`,
    { redis: { enabled: false, external: { enabled: true, host: "c", mode } } },
    /redis\.external\.mode is (sentinel|cluster), which the backend cannot talk to.* Set redis\.external\.mode=standalone, and redis\.external\.host/,
  ]),
  [
    "an external Redis' URL in a Secret and its host beside it",
    { redis: { enabled: false, external: { enabled: true, host: "c", urlSecret: "u" } } },
    /redis\.external\.urlSecret and redis\.external\.host are both set.* Leave host empty, or urlSecret/,
  ],
  [
    "a Secret for a Redis that asks for no password",
    { redis: { auth: { enabled: false, existingSecret: "mine" } } },
    /redis\.auth\.existingSecret is set, but redis\.auth\.enabled is false.* Set redis\.auth\.enabled=true/,
  ],
  [
    "a Secret for a backend that knows of no password",
    { backend: { redisPasswordIn: "none" }, redis: { auth: { existingSecret: "mine" } } },
    /redis\.auth\.existingSecret is set, but backend\.redisPasswordIn is none.* Set backend\.redisPasswordIn=variable or url/,
  ],
  [
    "an external Redis's Secret for a backend that knows of no password",
    {
      backend: { redisPasswordIn: "none" },
      redis: {
        enabled: false,
        external: { enabled: true, host: "cache.example.com", existingSecret: "cache" },
      },
    },
    /redis\.external\.existingSecret is set, but backend\.redisPasswordIn is none/,
  ],
  [
    "persistence without a size",
    { redis: { persistence: { enabled: true, size: "" } } },
    /redis\.persistence\.enabled is true, but redis\.persistence\.size is empty\. Set the size/,
  ],
  [
    "persistence whose size was removed",
    { redis: { persistence: { enabled: true, size: null } } },
    /redis\.persistence\.size is empty\. Set the size of the volume, such as 1Gi/,
  ],
  [
    "more pods on the first install than the HPA allows",
    setting("backend.replicaCount", 9),
    /backend\.replicaCount is 9, more than backend\.hpa\.maxReplicas, which is 8.* Lower the one/,
  ],
  [
    "a port that nothing asks",
    setting("backend.env.PORT", "9000"),
    /backend\.env\.PORT is 9000, but probes and Services ask .* 8000\. Leave it out/,
  ],
  [
    "a port as a number that nothing asks",
    setting("backend.env.PORT", 9000),
    /backend\.env\.PORT is 9000, but probes and Services ask .* 8000\. Leave it out/,
  ],
  [
    "a level of no such name",
    setting("backend.env.LOG_LEVEL", "verbose"),
    /backend\.env\.LOG_LEVEL is "verbose", which is no level.* Set one of DEBUG, INFO, WARNING, ERROR/,
  ],
  [
    "a level that a template makes and that is none",
    setting("backend.env.LOG_LEVEL", "{{ .Release.Name }}"),
    /backend\.env\.LOG_LEVEL is "soc-agent", which is no level/,
  ],
  ...[
    "otel-collector:4317",
    "grpc://otel-collector:4317",
    "http://",
    "http://otel collector:4317",
    "http://otel-collector:port",
    "http://otel-collector:0",
    "http://otel-collector:70000",
    "{{ .Release.Name }}:4317",
  ].map((endpoint): readonly [string, Values, RegExp] => [
    `traces to ${endpoint}`,
    setting("backend.env.OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
    /OTEL_EXPORTER_OTLP_ENDPOINT is ".+", which is no address .* Set a URL such as http:\/\/otel-collector:4317, or leave it empty/,
  ]),
  [
    "a password in the address of traces",
    setting("backend.env.OTEL_EXPORTER_OTLP_ENDPOINT", "http://soc:canary@collector:4317"),
    /OTEL_EXPORTER_OTLP_ENDPOINT has a user or a password in it/,
  ],
  ...(["Prefix", "Exact"] as const).map((pathType): readonly [string, Values, RegExp] => [
    `a * in a path of type ${pathType}, which would never match`,
    onPath({ path: "/api/*", pathType }),
    /ingress\.hosts has \/api\/\* \(.*\), which matches nothing: .* Write \/api with pathType Prefix/,
  ]),
  ...["/api/*/events", "/api(/|$)(.*)", "/[a-z]+"].map(
    (path): readonly [string, Values, RegExp] => [
      `the pattern ${path} in a Gateway's routes`,
      mergeValues(onPath({ path, pathType: "ImplementationSpecific" }), GATEWAY),
      /ingress\.hosts has .*, a pattern, .* a Gateway .* Write /,
    ],
  ),
  [
    "the same path twice, as a Gateway sees it",
    mergeValues(
      prefix("localhost", [
        { path: "/api", pathType: "Prefix", backend: "frontend" },
        { path: "/api/*", pathType: "ImplementationSpecific", backend: "backend" },
      ]),
      GATEWAY,
    ),
    /ingress\.hosts has localhost\/api \(PathPrefix\) twice/,
  ],
  [
    "an Ingress and a Gateway",
    setting("gateway", { enabled: true, parentRefs: [{ name: "shared" }] }),
    /ingress\.enabled and gateway\.enabled are both true.* Set ingress\.enabled=false/,
  ],
  [
    "routes to no Gateway",
    { ingress: { enabled: false }, gateway: { enabled: true } },
    /gateway\.parentRefs is empty, so no Gateway would take the routes\. Name one/,
  ],
  [
    "the same path twice",
    prefix("localhost", [
      { path: "/", pathType: "Prefix", backend: "frontend" },
      { path: "/", pathType: "Prefix", backend: "backend" },
    ]),
    /ingress\.hosts has localhost\/ \(Prefix\) twice.* Remove one/,
  ],
  [
    "policies that let no request in",
    setting("networkPolicy.ingressController.namespace", ""),
    /networkPolicy\.ingressController names nobody.* Set its namespace or its cidrs/,
  ],
  [
    "a CPU request above its limit",
    setting("backend.resources.requests.cpu", 0.6),
    /backend\.resources\.requests\.cpu is 0\.6, more than its limit, which is 500m\. Lower/,
  ],
  [
    "a memory request above its limit",
    setting("redis.resources.requests.memory", "1Gi"),
    /redis\.resources\.requests\.memory is 1Gi, more than its limit, which is 256Mi\. Lower/,
  ],
  [
    "an account that is to be made and exists",
    setting("serviceAccount.name", "mine"),
    /serviceAccount\.name is "mine", an existing account, but serviceAccount\.create is true\. Set create=false/,
  ],
  ...(["commonLabels", "ingress.labels", "redis.service.labels"] as const).map(
    (where): readonly [string, Values, RegExp] => [
      `a label of the chart's own in ${where}`,
      setting(where, { app: "mine" }),
      new RegExp(`${where}\\.app is mine, but this label is the chart's own\\. Leave it out`),
    ],
  ),
  [
    "a hook of every object",
    { commonAnnotations: { "helm.sh/hook": "test" } },
    /commonAnnotations\.helm\.sh\/hook is test, which would make a hook of every object.* Leave it out/,
  ],
  [
    "annotations of an account that is not made",
    {
      serviceAccount: { create: false },
      backend: { serviceAccount: { annotations: { role: "soc" } } },
    },
    /backend\.serviceAccount\.annotations is set, but serviceAccount\.create is false.* Annotate the existing one/,
  ],
  ...[
    { nodePort: 30080 },
    { externalTrafficPolicy: "Local" },
    { loadBalancerIP: "192.0.2.1" },
    { loadBalancerClass: "tailscale" },
    { loadBalancerSourceRanges: ["10.0.0.0/8"] },
  ].map((service): readonly [string, Values, RegExp] => [
    `${Object.keys(service).join()} of a ClusterIP`,
    { frontend: { service } },
    /frontend\.service\.\w+ is .*, but frontend\.service\.type is ClusterIP, which has none\. .* set the type to/,
  ]),
  [
    "a frontend with fewest pods above most",
    { frontend: { hpa: { enabled: true, minReplicas: 9 } } },
    /frontend\.hpa\.minReplicas is 9, more than frontend\.hpa\.maxReplicas, which is 4/,
  ],
  [
    "an HPA that scales by nothing",
    setting("backend.hpa.targetCPUUtilizationPercentage", ""),
    /backend\.hpa\.enabled is true, but it has nothing to scale by\. Set backend\.hpa\.target/,
  ],
  ...(["backend", "frontend", "redis"] as const).map((part): readonly [string, Values, RegExp] => [
    `a budget of ${part} that says both`,
    { [part]: { pdb: { minAvailable: 1, maxUnavailable: 0 } } },
    /pdb\.minAvailable is 1 and .*pdb\.maxUnavailable is 0, and a budget has only one of them\. Leave/,
  ]),
  [
    "two monitors of the same pods",
    { metrics: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } },
    /serviceMonitor\.enabled and metrics\.podMonitor\.enabled are both true.* Set one of them to false/,
  ],
  [
    "alerts about what nobody scrapes",
    setting("metrics.prometheusRule.enabled", true),
    /metrics\.prometheusRule\.enabled is true, .* Set metrics\.serviceMonitor\.enabled=true/,
  ],
  [
    "dashboards whose links lead nowhere",
    setting("metrics.dashboards.enabled", true),
    /metrics\.dashboards\.enabled is true, but metrics\.dashboards\.url is empty.* Set it to/,
  ],
  [
    "an exporter beside a Redis that is not there",
    mergeValues(EXTERNAL_REDIS, setting("metrics.redisExporterPort", 9121)),
    /metrics\.redisExporterPort is 9121, but redis\.enabled is false.* Set it to 0/,
  ],
  [
    "an exporter on Redis's port",
    setting("metrics.redisExporterPort", 6379),
    /metrics\.redisExporterPort is 6379, which Redis itself listens on\. Set the exporter's/,
  ],
  [
    "a monitor with a label of the chart's own",
    setting("metrics.serviceMonitor.labels", { "helm.sh/chart": "x" }),
    /metrics\.serviceMonitor\.labels\.helm\.sh\/chart is x, but this label is the chart's own/,
  ],
];

/** Values at the edge of what is refused, which are good. */
const GOOD: readonly (readonly [string, Values])[] = [
  ["CPU as a number", setting("backend.resources.limits.cpu", 2)],
  ["CPU as a fraction", setting("backend.resources.limits.cpu", "0.5")],
  ["no CPU limit", setting("backend.resources.limits.cpu", null)],
  ["a target above 100 %", setting("backend.hpa.targetCPUUtilizationPercentage", 150)],
  ["as many pods at least as at most", setting("backend.hpa.minReplicas", 8)],
  [
    "requests as high as their limits, in other units",
    {
      backend: { resources: { requests: { cpu: "0.5", memory: "524288Ki" } } },
      redis: { resources: { requests: { memory: "256Mi" } } },
    },
  ],
  ["no size without persistence", setting("redis.persistence.size", "")],
  [
    "TLS whose Secret cert-manager makes",
    {
      ingress: {
        annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
        tls: [{ hosts: ["localhost"] }],
      },
    },
  ],
  [
    "no way in where there is none to be",
    {
      ingress: { enabled: false },
      networkPolicy: { ingressController: { namespace: "" } },
    },
  ],
  ...["", "/jaeger/trace/{trace_id}", "https://logs.example.com/?q={threat_id}&t={trace_id}"].map(
    (link): readonly [string, Values] => [
      `the link "${link}"`,
      setting("observability.links.trace", link),
    ],
  ),
  ...["debug", "Warning", "WARN", "critical", "FATAL", "NOTSET", "", "{{ upper `info` }}"].map(
    (level): readonly [string, Values] => [
      `the level "${level}"`,
      setting("backend.env.LOG_LEVEL", level),
    ],
  ),
  ...[
    "",
    "HTTPS://collector.example.com",
    "http://10.0.0.5:4317/",
    "http://[fd00::5]:4318/v1/traces",
    "http://otel.{{ .Release.Namespace }}.svc:4317",
  ].map((endpoint): readonly [string, Values] => [
    `traces to "${endpoint}"`,
    setting("backend.env.OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
  ]),
  [
    "a pattern that the Ingress' controller knows",
    onPath({ path: "/api/*", pathType: "ImplementationSpecific" }),
  ],
  ["the port that is asked", setting("backend.env.PORT", "8000")],
  ["the port that is asked, as a number", setting("backend.env.PORT", 8000)],
  ["a host without paths", setting("ingress.hosts", [{ host: "soc.example.com" }])],
  ["a registry with a port", setting("backend.image.repository", "localhost:5001/soc-backend")],
  ["values that a parent chart passes to all", { global: { region: "eu", labels: { a: 1 } } }],
  [
    "two pods and another Redis",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "rediss://cache.example.com:6380" } },
    },
  ],
  [
    "a Redis whose name only begins as the chart's own does",
    {
      redis: { enabled: false },
      backend: { env: { REDIS_URL: "redis://soc-agent-redis-ha:6379" } },
    },
  ],
];

/** Looks at each property of a schema, wherever it is defined, and counts them. */
function walkProperties(
  node: unknown,
  path: readonly string[],
  look: (path: string, property: Values) => void,
): number {
  const isNode = (value: unknown): value is Values => typeof value === "object" && value !== null;
  return Object.entries(isNode(node) ? node : {}).reduce((count, [key, value]) => {
    const properties = key === "properties" ? Object.entries(value as Values) : [];
    for (const [name, property] of properties) {
      look([...path, name].join("."), property as Values);
    }
    return count + properties.length + walkProperties(value, [...path, key], look);
  }, 0);
}

describe("chart: values.schema.json", function () {
  this.timeout(60_000);

  for (const [title, values, message] of BAD_VALUES) {
    it(`refuses ${title}`, async () => {
      assert.match(await refusal(values), message);
    });
  }

  it("reports every bad value at once", async () => {
    const message = await refusal({ backend: { replicaCount: 0, image: { tag: "" } }, nope: 1 });
    assert.match(message, /replicaCount/);
    assert.match(message, /image\/tag/);
    assert.match(message, /nope/);
  });

  it("describes every property in a sentence", () => {
    const text = readFileSync(path.join(CHART, "values.schema.json"), "utf8");
    const undescribed: string[] = [];
    const schema = JSON.parse(text) as Values & { readonly properties: Values };
    const count = walkProperties(schema, [], (at, { description, $ref }) => {
      // One that is another property has that one's description.
      const [, other] = /^#\/properties\/([^/]+)$/.exec(String($ref)) ?? [];
      if (other !== undefined && other in schema.properties) {
        return;
      }
      if (typeof description !== "string" || !/^[A-Z].*\.$/.test(description)) {
        undescribed.push(at);
      }
    });
    assert.deepEqual(undescribed, []);
    assert.ok(count > 100);
  });

  it("has the blocks of values.yaml and no others, except global", () => {
    const read = (file: string) => readFileSync(path.join(CHART, file), "utf8");
    const schema = JSON.parse(read("values.schema.json")) as Values;
    const known = schema["properties"] as Values;
    const { global: _, ...ours } = known;
    const keys = Object.keys(parse(read("values.yaml")) as Values);
    assert.deepEqual(Object.keys(ours).sort(), keys.sort());
  });
});

describe("chart: values that do not go together", function () {
  this.timeout(60_000);

  for (const [title, values, message] of BAD_TOGETHER) {
    it(`refuses ${title}`, async () => {
      assert.match(await refusal(values), message);
    });
  }

  it("reports every broken rule at once", async () => {
    const message = await refusal({
      redis: { service: { port: 6380 } },
      backend: { hpa: { minReplicas: 9 }, resources: { requests: { cpu: 1 } } },
      ingress: { tls: [{ hosts: [] }] },
      serviceAccount: { name: "mine" },
    });
    assert.equal(message.match(/^ {2}- /gm)?.length, 6);
  });

  for (const [title, values, message] of BAD_TOGETHER.filter(([, values]) =>
    JSON.stringify(values).includes("canary"),
  )) {
    it(`never repeats it when it refuses ${title}`, async () => {
      const text = await refusal(values);
      assert.match(text, message);
      assert.doesNotMatch(text, /canary/);
    });
  }

  for (const [title, values] of GOOD) {
    it(`accepts ${title}`, async () => {
      await render({ values });
    });
  }
});
