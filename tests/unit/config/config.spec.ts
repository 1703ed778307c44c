import * as assert from "node:assert/strict";
import * as path from "node:path";
import { DEFAULT_NODE_IMAGE, registryServer, withDefaults } from "../../../config/defaults";
import { findProblems, type Surroundings } from "../../../config/rules";
import { coalesceValues, hasNull, mergeValues, show, type Values } from "../../../config/values";

const LOGIN = { issuer: "https://login.example.com", clientId: "soc" };
const all: Surroundings = { stack: "dev", exists: () => true, isSecret: () => true };

describe("withDefaults", () => {
  it("makes the dev stack of an empty configuration", () => {
    assert.deepEqual(withDefaults({}), {
      cluster: {
        kind: "kind",
        name: "soc-demo",
        workers: 2,
        nodeImage: DEFAULT_NODE_IMAGE,
        httpPort: 8080,
        httpsPort: 8443,
      },
      images: {
        backend: {
          kind: "build",
          context: "backend",
          dockerfile: "backend/Dockerfile",
          repository: "soc-backend",
          push: false,
        },
        frontend: {
          kind: "build",
          context: "frontend",
          dockerfile: "frontend/Dockerfile",
          repository: "soc-frontend",
          push: false,
        },
      },
      registry: {},
      ingress: {
        controller: "ingress-nginx",
        install: true,
        className: "nginx",
        source: {
          chart: "ingress-nginx",
          repo: "https://kubernetes.github.io/ingress-nginx",
          version: "4.15.1",
        },
      },
      metricsServer: {
        install: true,
        source: {
          chart: "metrics-server",
          repo: "https://kubernetes-sigs.github.io/metrics-server",
          version: "3.13.0",
        },
      },
      rollback: false,
      timeout: 300,
      certManager: {
        install: false,
        source: {
          chart: "cert-manager",
          repo: "https://charts.jetstack.io",
          version: "v1.21.2",
        },
        issuer: "letsencrypt-staging",
      },
      observability: {
        install: true,
        decided: false,
        source: { chart: "./charts/observability" },
        images: {},
        expose: true,
      },
      smokeCheck: { run: true },
      values: {},
    });
  });

  it("installs no add-ons on an existing cluster, and resolves its kubeconfig", () => {
    const { cluster, ingress, metricsServer } = withDefaults({
      cluster: { existing: { kubeconfig: "~/kube.yaml", context: "gke" } },
    });
    assert.deepEqual(cluster, {
      kind: "existing",
      kubeconfig: path.join(process.env["HOME"] ?? "", "kube.yaml"),
      context: "gke",
      allowKind: false,
    });
    assert.deepEqual([ingress.install, metricsServer.install], [false, false]);
  });

  it("takes an existing cluster's Kubernetes version as a text alone: 1.30 as a number is 1.3", () => {
    const cluster = (kubernetesVersion: unknown) => ({
      cluster: { existing: { kubeconfig: "k", context: "c", kubernetesVersion } },
      images: { registry: "gcr.io/mine" },
    });
    for (const version of ["1.34", "v1.34.2", "1.34.2-gke.100"]) {
      assert.deepEqual(findProblems(cluster(version), all), []);
    }
    assert.deepEqual(findProblems(cluster(1.3), all), [
      'soc-agent:cluster.existing.kubernetesVersion: must be a Kubernetes version in quotes, such as "1.34.2", got 1.3',
    ]);
    const { cluster: read } = withDefaults(cluster("1.34") as Parameters<typeof withDefaults>[0]);
    assert.equal("kubernetesVersion" in read && read.kubernetesVersion, "1.34");
  });

  it("installs the observability stack on an existing cluster when asked, behind no ingress", () => {
    const observability = (given: Values, existing = true) => {
      const cluster = existing && { cluster: { existing: { kubeconfig: "k", context: "c" } } };
      const { install, decided, expose } = withDefaults({
        ...cluster,
        observability: given,
      }).observability;
      return { install, decided, expose };
    };
    assert.deepEqual(observability({}), { install: false, decided: true, expose: false });
    assert.deepEqual(observability({ install: true }), {
      install: true,
      decided: true,
      expose: false,
    });
    const own = { existing: { endpoint: "http://collector:4317" } };
    assert.deepEqual(observability(own, false), { install: false, decided: true, expose: true });
  });

  it("builds an own application from its context, with the Dockerfile there", () => {
    const { images } = withDefaults({ images: { backend: { context: "../my-app/api" } } });
    assert.deepEqual(images.backend, {
      kind: "build",
      context: "../my-app/api",
      dockerfile: "../my-app/api/Dockerfile",
      repository: "soc-backend",
      push: false,
    });
  });

  it("brings each ingress controller's own chart and class", () => {
    assert.deepEqual(withDefaults({ ingress: { controller: "traefik" } }).ingress, {
      controller: "traefik",
      install: true,
      className: "traefik",
      source: { chart: "traefik", repo: "https://traefik.github.io/charts", version: "41.3.0" },
    });
    const own = { controller: "traefik" as const, className: "internal" };
    assert.equal(withDefaults({ ingress: own }).ingress.className, "internal");
  });

  it("pins the version of its own chart only", () => {
    const source = (ingress: Values) => withDefaults({ ingress }).ingress.source;
    assert.deepEqual(source({ chart: "./mirror" }), { chart: "./mirror" });
    assert.deepEqual(source({ repo: "https://mirror.example.com" }), {
      chart: "ingress-nginx",
      repo: "https://mirror.example.com",
      version: "4.15.1",
    });
    assert.equal(source({ version: "4.14.0" }).version, "4.14.0");
  });
});

describe("registryServer", () => {
  const cases: [string, string][] = [
    ["gcr.io/my-project", "gcr.io"],
    ["localhost:5001/soc", "localhost:5001"],
    ["localhost/soc", "localhost"],
    ["acme", "https://index.docker.io/v1/"],
    ["docker.io/acme", "https://index.docker.io/v1/"],
  ];
  for (const [repository, server] of cases) {
    it(`of ${repository} is ${server}`, () => assert.equal(registryServer(repository), server));
  }
});

describe("findProblems", () => {
  const accepted: [string, Values][] = [
    ["nothing", {}],
    ["false and other values that are not truthy", { metricsServer: { install: false } }],
    [
      "build arguments and a stage",
      { images: { backend: { args: { NODE_VERSION: "24", EMPTY: "" }, target: "runtime" } } },
    ],
    ["a platform with a variant", { images: { backend: { platform: "linux/arm/v7" } } }],
    [
      "secrets of a build",
      { images: { backend: { secrets: { npmrc: { file: "~/.npmrc" }, t: { env: "TOKEN" } } } } },
    ],
    ["an empty map of build arguments", { images: { backend: { args: {} } } }],
    ["a registry with a port", { images: { registry: "localhost:5001/soc" } }],
    ["an image by digest", { images: { backend: { ref: `soc/api@sha256:${"0".repeat(64)}` } } }],
    ["a chart from an OCI registry", { ingress: { repo: "oci://charts.example.com/mirror" } }],
    ["a secret key", { openaiApiKey: "sk-anything" }],
    [
      "credentials for the registry",
      {
        images: { registry: "ghcr.io/acme", pushUsername: "ci", pullUsername: "_json_key" },
        registryPushPassword: "push",
        registryPullPassword: "pull",
      },
    ],
    [
      "cert-manager with the issuer that the Ingress asks",
      {
        certManager: { install: true, email: "ops@example.com", issuer: "letsencrypt-prod" },
        values: {
          ingress: { annotations: { "cert-manager.io/cluster-issuer": "letsencrypt-prod" } },
        },
      },
    ],
    ["an address with a port", { smokeCheck: { address: "127.0.0.1:8443" } }],
    [
      "checks of another application",
      {
        smokeCheck: {
          checks: [
            { path: "/status", status: 204 },
            { path: "/", json: [] },
          ],
        },
      },
    ],
    [
      "an observability stack that exists",
      {
        observability: {
          existing: {
            endpoint: "http://otel-collector.telemetry:4317",
            links: { trace: "/jaeger/trace/{trace_id}" },
          },
        },
      },
    ],
    [
      "images and a mirror of a stack that is switched off",
      {
        observability: {
          install: false,
          images: { grafana: "grafana/grafana:13.2.0" },
          mirror: "registry.example.com/mirror",
        },
      },
    ],
    ["an address of version 6", { smokeCheck: { address: "[2001:db8::1]:443" } }],
    [
      "an image by digest on an existing cluster",
      {
        cluster: { existing: { kubeconfig: "k", context: "c" } },
        images: { registry: "r.example.com", backend: { ref: `api:2@sha256:${"0".repeat(64)}` } },
      },
    ],
  ];
  for (const [title, config] of accepted) {
    it(`accepts ${title}`, () => assert.deepEqual(findProblems(config, all), []));
  }

  const kind = (settings: Values) => ({ cluster: { kind: settings } });
  const refused: [string, Values, RegExp, Partial<Surroundings>?][] = [
    [
      "a wrong type",
      kind({ workers: "two" }),
      /^soc-agent:cluster\.kind\.workers: must be a whole number from 1 to 9, got "two"$/,
    ],
    ["zero workers", kind({ workers: 0 }), /cluster\.kind\.workers: .* from 1 to 9, got 0$/],
    ["half a worker", kind({ workers: 1.5 }), /cluster\.kind\.workers: .*, got 1\.5$/],
    [
      "an unknown key",
      { clutser: {} },
      /^soc-agent:clutser: is not a key\. Did you mean "cluster"\? Known here: cluster, images/,
    ],
    [
      "an unknown key further in",
      kind({ htpPort: 8080 }),
      /^soc-agent:cluster\.kind\.htpPort: is not a key\. Did you mean "httpPort"\?/,
    ],
    [
      "a map that is none",
      { cluster: "kind" },
      /^soc-agent:cluster: must be a map, got "kind"\. Known keys: kind, existing$/,
    ],
    ["a port out of range", kind({ httpPort: 70000 }), /httpPort: .* 1 to 65535, got 70000$/],
    [
      "one port for both",
      kind({ httpPort: 8443 }),
      /^soc-agent:cluster\.kind\.httpsPort: must differ from httpPort, got 8443 for both\. Set/,
    ],
    [
      "a missing Dockerfile",
      { images: { backend: { dockerfile: "api/Dockerfile" } } },
      /images\.backend\.dockerfile: must be a Dockerfile, got "api\/Dockerfile", which does not exist/,
      { exists: (file) => file !== "api/Dockerfile" },
    ],
    [
      "a missing context",
      { images: { frontend: { context: "../web" } } },
      /images\.frontend\.context: must be a folder with a Dockerfile, got "\.\.\/web", which does not/,
      { exists: (file) => !file.startsWith("../web") },
    ],
    [
      "a tag with a space",
      { images: { backend: { ref: "soc-backend:my tag" } } },
      /images\.backend\.ref: must be an image reference .* without spaces, got "soc-backend:my tag"$/,
    ],
    [
      "a repository with a tag",
      { images: { backend: { repository: "soc-backend:1" } } },
      /images\.backend\.repository: must be an image repository without a tag.*got "soc-backend:1"$/,
    ],
    [
      "a reference beside a context",
      { images: { backend: { ref: "soc-backend:1", context: "api" } } },
      /images\.backend\.context: has no use beside "ref", got "api"\. Remove it/,
    ],
    [
      "a build argument that is no text",
      { images: { backend: { args: { NODE_VERSION: 24 } } } },
      /^soc-agent:images\.backend\.args\.NODE_VERSION: must be a text in quotes, got 24$/,
    ],
    [
      "a build argument of no such name",
      { images: { backend: { args: { "NODE-VERSION": "24" } } } },
      /images\.backend\.args\.NODE-VERSION: must have a name of letters, .*got "NODE-VERSION"$/,
    ],
    [
      "build arguments that are no map",
      { images: { backend: { args: ["NODE_VERSION=24"] } } },
      /images\.backend\.args: must be a map of build arguments, .*got \["NODE_VERSION=24"\]$/,
    ],
    [
      "a stage that is no name",
      { images: { backend: { target: "run time" } } },
      /images\.backend\.target: must be the name of a stage .*, got "run time"$/,
    ],
    [
      "a build's secret itself",
      { images: { backend: { secrets: { npm: "s3cret" } } } },
      /images\.backend\.secrets\.npm: must be either \{file: PATH\} or \{env: NAME\}, and not the secret itself$/,
    ],
    [
      "a build's secret in two places",
      { images: { backend: { secrets: { npm: { env: "A", file: "b" } } } } },
      /images\.backend\.secrets\.npm: must be either \{file: PATH\} or \{env: NAME\}/,
    ],
    [
      "secrets of a build beside a login of its own",
      {
        images: { registry: "r", pushUsername: "ci", backend: { secrets: { n: { env: "N" } } } },
        registryPushPassword: "canary",
      },
      /images\.backend\.secrets: must not be set beside images\.pushUsername, got n: .*docker login r$/,
    ],
    [
      "a platform of another system",
      { images: { backend: { platform: "windows/amd64" } } },
      /images\.backend\.platform: must be a platform of Linux, .*, got "windows\/amd64"$/,
    ],
    [
      "a stage of an image that is built elsewhere",
      { images: { backend: { ref: "soc-backend:1", target: "runtime" } } },
      /images\.backend\.target: has no use beside "ref", got "runtime"\. Remove it/,
    ],
    [
      "an observability stack beside one that exists",
      { observability: { install: true, existing: { endpoint: "http://collector:4317" } } },
      /^soc-agent:observability\.install: must be false beside "existing", got true\. Remove/,
    ],
    [
      "a mirror of a stack that exists",
      { observability: { mirror: "m.io", existing: { endpoint: "http://collector:4317" } } },
      /^soc-agent:observability\.mirror: has no use beside "existing", got "m\.io"\. Remove it/,
    ],
    [
      "a stack that exists nowhere",
      { observability: { existing: {} } },
      /^soc-agent:observability\.existing\.endpoint: must be an http\(s\) URL .*, got nothing$/,
    ],
    [
      "a link that leads to no threat",
      {
        observability: {
          existing: { endpoint: "http://c:4317", links: { trace: "https://jaeger.example.com" } },
        },
      },
      /^soc-agent:observability\.existing\.links\.trace: must be a path or an http\(s\) URL with \{trace_id\}/,
    ],
    [
      "a link to another host that looks like a path",
      {
        observability: {
          existing: { endpoint: "http://c:4317", links: { logs: "//logs/{trace_id}" } },
        },
      },
      /^soc-agent:observability\.existing\.links\.logs: must be a path/,
    ],
    [
      "an image of no part of the stack",
      { observability: { images: { tempo: "grafana/tempo:2" } } },
      /^soc-agent:observability\.images\.tempo: is not a key\..*Known here: collector, jaeger/,
    ],
    [
      "another chart for the stack",
      { observability: { chart: "./mine" } },
      /^soc-agent:observability\.chart: is not a key\./,
    ],
    [
      "two kinds of cluster",
      {
        cluster: { kind: {}, existing: { kubeconfig: "k", context: "c" } },
        images: { registry: "r" },
      },
      /^soc-agent:cluster: must have either "kind" or "existing", got both/,
    ],
    [
      "an existing cluster without a context",
      { cluster: { existing: { kubeconfig: "k" } } },
      /^soc-agent:cluster\.existing\.context: must be a text that is not empty, got nothing$/,
    ],
    [
      "an ingress controller for Kind on an existing cluster",
      {
        cluster: { existing: { kubeconfig: "k", context: "c" } },
        images: { registry: "r.example.com" },
        ingress: { install: true },
      },
      /^soc-agent:ingress\.install: must be false for an existing cluster, got true.*ingress\.className/,
    ],
    [
      "an existing cluster without a registry",
      {
        cluster: { existing: { kubeconfig: "k", context: "c" } },
        images: { frontend: { ref: `web@sha256:${"0".repeat(64)}` } },
      },
      /^soc-agent:images\.registry: must be set for an existing cluster, got nothing\. Set the registry/,
    ],
    [
      "a cluster name that Kind refuses",
      kind({ name: "SOC demo" }),
      /cluster\.kind\.name: must be a name of lower-case letters.*got "SOC demo"$/,
    ],
    [
      "a flag as text",
      { ingress: { install: "yes" } },
      /install: must be true or false, got "yes"$/,
    ],
    [
      "an unknown ingress controller",
      { ingress: { controller: "nginx" } },
      /^soc-agent:ingress\.controller: must be one of ingress-nginx, traefik, got "nginx"$/,
    ],
    ["a host with a port", { ingress: { host: "localhost:8080" } }, /host: must be a host name/],
    ["a repository that is no URL", { metricsServer: { repo: "mirror" } }, /repo: must be the URL/],
    ["values that are a list", { values: [] }, /^soc-agent:values: must be a map of chart values/],
    [
      "an image by tag alone on an existing cluster",
      {
        cluster: { existing: { kubeconfig: "k", context: "c" } },
        images: { registry: "r.example.com", backend: { ref: "ghcr.io/acme/api:2" } },
      },
      /^soc-agent:images\.backend\.ref: must name a digest for an existing cluster .*got "ghcr\.io\/acme\/api:2".*imagetools inspect ghcr\.io\/acme\/api:2$/,
    ],
    [
      "a name for the registry without a password",
      { images: { registry: "ghcr.io/acme", pushUsername: "ci" } },
      /^soc-agent:registryPushPassword: must be set beside images\.pushUsername.*config set --stack dev --secret registryPushPassword$/,
    ],
    [
      "a password for the registry without a name",
      { images: { registry: "ghcr.io/acme" }, registryPullPassword: "canary" },
      /^soc-agent:images\.pullUsername: must be set beside registryPullPassword, got nothing/,
    ],
    [
      "credentials without a registry",
      { images: { pullUsername: "ci" }, registryPullPassword: "canary" },
      /^soc-agent:images\.registry: must be set beside images\.pullUsername, got nothing/,
    ],
    [
      "cert-manager without an address",
      { certManager: { install: true } },
      /^soc-agent:certManager\.email: must be set to install cert-manager, got nothing/,
    ],
    [
      "another namespace than that of the stack's Secrets",
      { values: { namespaceOverride: "security" } },
      /^soc-agent:values\.namespaceOverride: must be empty, got "security": .* Leave it out$/,
    ],
    [
      "an issuer that is none",
      { certManager: { issuer: "letsencrypt" } },
      /certManager\.issuer: must be one of letsencrypt-staging, letsencrypt-prod, got "letsencrypt"$/,
    ],
    [
      "an issuer beside the one that the Ingress asks",
      {
        certManager: { install: true, email: "ops@example.com" },
        values: {
          ingress: { annotations: { "cert-manager.io/cluster-issuer": "letsencrypt-prod" } },
        },
      },
      /certManager\.issuer: must be the issuer .* "letsencrypt-prod", got "letsencrypt-staging"/,
    ],
    [
      "an e-mail address that is none",
      { certManager: { email: "ops" } },
      /certManager\.email: must be an e-mail address, got "ops"$/,
    ],
    [
      "an address that is a URL",
      { smokeCheck: { address: "https://203.0.113.7" } },
      /smokeCheck\.address: must be an address such as 203\.0\.113\.7/,
    ],
    [
      "no check",
      { smokeCheck: { checks: [] } },
      /^soc-agent:smokeCheck\.checks: must have a check, got none\. .* smokeCheck\.run to false$/,
    ],
    [
      "checks that are no list",
      { smokeCheck: { checks: { path: "/" } } },
      /^soc-agent:smokeCheck\.checks: must be a list, got \{"path":"\/"\}$/,
    ],
    [
      "a check without a path",
      { smokeCheck: { checks: [{ status: 200 }] } },
      /^soc-agent:smokeCheck\.checks\.0\.path: must be a path such as \/health, got nothing$/,
    ],
    [
      "a status that is none",
      { smokeCheck: { checks: [{ path: "/", status: "200" }] } },
      /smokeCheck\.checks\.0\.status: must be an HTTP status from 100 to 599, got "200"$/,
    ],
    [
      "a key that checks do not have",
      { smokeCheck: { checks: [{ path: "/", contain: "x" }] } },
      /smokeCheck\.checks\.0\.contain: is not a key\. Did you mean "contains"\? Known here: path, status, contains, json$/,
    ],
    [
      "a missing certificate authority",
      { smokeCheck: { ca: "ca.pem" } },
      /^soc-agent:smokeCheck\.ca: must be a PEM file, got "ca\.pem", which does not exist/,
      { exists: (file) => file !== "ca.pem" },
    ],
    [
      "mirrors of an existing cluster's nodes",
      {
        cluster: { existing: { kubeconfig: "k", context: "c" } },
        images: { registry: "r.example.com" },
        registryMirrors: { "docker.io": { mirrors: ["https://mirror.example.com"] } },
      },
      /^soc-agent:registryMirrors: must be left out for an existing cluster, got docker\.io: .* Remove it$/,
    ],
    [
      "a mirror of what is no registry",
      { registryMirrors: { "https://docker.io": { ca: "ca.pem" } } },
      /^soc-agent:registryMirrors\.https:\/\/docker\.io: must be a registry .*, such as docker\.io, got "https/,
    ],
    [
      "a registry without anything to pull by",
      { registryMirrors: { "docker.io": {} } },
      /^soc-agent:registryMirrors\.docker\.io: must have mirrors or ca, got nothing\. Set one/,
    ],
    [
      "a mirror on the loopback interface, which nodes cannot reach",
      { registryMirrors: { "docker.io": { mirrors: ["http://127.0.0.1:5000"] } } },
      /^soc-agent:registryMirrors\.docker\.io\.mirrors\.0: must not be on this machine's loopback interface.*got "http:\/\/127\.0\.0\.1:5000"\. Set an address that Docker's containers reach/,
    ],
    [
      "a mirror with a login in its URL",
      { registryMirrors: { "docker.io": { mirrors: ["https://ci:pw@mirror.example.com"] } } },
      /^soc-agent:registryMirrors\.docker\.io\.mirrors\.0: must be an http\(s\) URL of a registry without a login/,
    ],
    [
      "a mirror's key that there is not",
      { registryMirrors: { "docker.io": { mirror: [] } } },
      /^soc-agent:registryMirrors\.docker\.io\.mirror: is not a key\. Did you mean "mirrors"\? Known here: mirrors, ca$/,
    ],
    [
      "a mirror's certificate authority that is not there",
      { registryMirrors: { "docker.io": { ca: "ca.pem" } } },
      /^soc-agent:registryMirrors\.docker\.io\.ca: must be a PEM file, got "ca\.pem", which does not exist/,
      { exists: (file) => file !== "ca.pem" },
    ],
    [
      "a login without the client's secret",
      { auth: LOGIN },
      /^soc-agent:authClientSecret: must be set beside auth, got nothing\. Run: npm run tools -- pulumi config set/,
    ],
    [
      "a client's secret without a login",
      { authClientSecret: "x" },
      /^soc-agent:auth: must be set beside authClientSecret, got nothing\. Set auth\.issuer/,
    ],
    [
      "a provider whose answers anybody could make up",
      { auth: { ...LOGIN, issuer: "http://login.example.com" }, authClientSecret: "x" },
      /^soc-agent:auth\.issuer: must be an https URL, such as .*, got "http:\/\/login\.example\.com"/,
    ],
    [
      "a provider's certificate authority that is not there",
      { auth: { ...LOGIN, ca: "ca.pem" }, authClientSecret: "x" },
      /^soc-agent:auth\.ca: must be a file, got "ca\.pem", which does not exist/,
      { exists: (file) => file !== "ca.pem" },
    ],
    [
      "roles that are no list",
      { auth: { ...LOGIN, roles: { reader: "everybody" } }, authClientSecret: "x" },
      /^soc-agent:auth\.roles\.reader: must be a list of one or more texts, got "everybody"/,
    ],
    [
      "a role of nobody, which would say nothing",
      { auth: { ...LOGIN, roles: { ingest: [] } }, authClientSecret: "x" },
      /^soc-agent:auth\.roles\.ingest: must be a list of one or more texts, got \[\]/,
    ],
    [
      "a login that is switched off beside its provider",
      { auth: LOGIN, authClientSecret: "x", values: { auth: { enabled: false } } },
      /^soc-agent:values\.auth\.enabled: must be left out, got false/,
    ],
    [
      "a Secret in place of one that the stack makes",
      { auth: LOGIN, authClientSecret: "x", values: { auth: { tokens: { existingSecret: "m" } } } },
      /^soc-agent:values\.auth\.tokens\.existingSecret: must be left out, got "m": .* values\.auth\.tokens\.extraSecrets$/,
    ],
    [
      "a login by chart values, whose Secrets nobody makes",
      { values: { auth: { enabled: true } } },
      /^soc-agent:values\.auth\.enabled: must be left out, got true/,
    ],
    [
      "a secret in plain text",
      { openaiApiKey: "sk-canary" },
      /^soc-agent:openaiApiKey: must be a secret, got plain text\. Remove it and run: npm run tools -- pulumi config/,
      { isSecret: () => false },
    ],
  ];
  for (const [title, config, message, surroundings] of refused) {
    it(`refuses ${title}`, () => {
      const problems = findProblems(config, { ...all, ...surroundings });
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", message);
    });
  }

  it("never prints a secret", () => {
    const secrets = [
      "openaiApiKey",
      "authClientSecret",
      "registryPushPassword",
      "registryPullPassword",
    ];
    const config = Object.fromEntries(secrets.map((name) => [name, "sk-canary"]));
    const problems = findProblems(config, { ...all, isSecret: () => false });
    for (const name of secrets) {
      assert.match(problems.join("\n"), new RegExp(`${name}: must be a secret`));
    }
    assert.doesNotMatch(problems.join(), /sk-canary/);
  });

  it("reports every problem at once", () => {
    const problems = findProblems(
      { clutser: {}, cluster: { kind: { workers: 0, httpPort: "x" } }, values: 1 },
      all,
    );
    assert.equal(problems.length, 4, problems.join("\n"));
    const mirrors = {
      "docker.io": { mirrors: ["http://localhost", "http://[::1]:5000"], ca: "x" },
    };
    const found = findProblems(
      { registryMirrors: { ...mirrors, "a/b": {} } },
      { ...all, exists: (file) => file !== "x" },
    );
    assert.equal(found.length, 5, found.join("\n"));
  });
});

describe("mergeValues", () => {
  it("merges maps key by key and replaces everything else, as Helm does", () => {
    const base = { a: { b: 1, c: [1, 2] }, d: "x" };
    assert.deepEqual(mergeValues(base, { a: { c: [3], e: null }, d: { f: 1 } }), {
      a: { b: 1, c: [3], e: null },
      d: { f: 1 },
    });
    assert.deepEqual(base, { a: { b: 1, c: [1, 2] }, d: "x" });
  });
});

describe("coalesceValues", () => {
  it("takes a default away by a null, as Helm does, and leaves one that meets none", () => {
    const defaults = { a: { b: 1, c: [1] }, d: "x", e: { f: 1 } };
    const over = { a: { b: null, g: null }, d: "y", e: null, h: { i: null } };
    assert.deepEqual(coalesceValues(defaults, over), {
      a: { c: [1], g: null },
      d: "y",
      h: { i: null },
    });
    assert.deepEqual(defaults, { a: { b: 1, c: [1] }, d: "x", e: { f: 1 } });
  });
});

describe("hasNull", () => {
  it("finds a null in maps and lists, and in nothing else", () => {
    assert.ok([null, { a: null }, { a: [{ b: null }] }].every(hasNull));
    const other = new (class Output {
      readonly inside = null;
    })();
    assert.ok(![undefined, "", 0, {}, { a: [""] }, { other }].some(hasNull));
  });
});

describe("show", () => {
  it("names a value on one short line", () => {
    assert.equal(show(undefined), "nothing");
    assert.equal(show({ a: ["b"] }), '{"a":["b"]}');
    assert.equal(show("x".repeat(200)).length, 80);
  });
});
