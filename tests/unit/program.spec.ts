import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { chartDigest } from "../../plan/chartDigest";
import { imageRefs } from "../../plan/imageRefs";
import { rowOf } from "../../config/addOns";
import { DEFAULT_NODE_IMAGE } from "../../config/defaults";
import type { Values } from "../../config/values";
import { ADD_ON_VALUES } from "./support/addOnValues";
import { DIGEST, runProgram, stackConfig, type Ran } from "./support/program";
import type { ResourceOptions } from "./support/resourceOptions";

const listed = ({ resources }: Ran) => resources.map(({ type, name }) => `${type} ${name}`).sort();

function inputsOf(ran: Ran, name: string): Record<string, unknown> {
  const found = ran.resources.find(
    (resource) => resource.name === name && !resource.type.startsWith("soc:"),
  );
  assert.ok(found, `no resource ${name}`);
  return found.inputs;
}

function optionsOf(ran: Ran, name: string): ResourceOptions {
  return ran.resources.find((resource) => resource.name === name)?.options ?? {};
}

const refs = imageRefs({
  backend: build("backend"),
  frontend: build("frontend"),
});

function build(part: string) {
  return {
    kind: "build" as const,
    context: part,
    dockerfile: `${part}/Dockerfile`,
    repository: `soc-${part}`,
    push: false,
  };
}
const tagOf = (ref: string) => ref.slice(ref.lastIndexOf(":") + 1);

describe("the dev stack", () => {
  let ran: Ran;
  before(async () => {
    ran = await runProgram({ stack: "dev", config: stackConfig("dev") });
  });

  it("registers exactly these resources", () => {
    assert.deepEqual(listed(ran), [
      "command:local:Command add-ons-unwanted",
      "command:local:Command image-load-nodes",
      "command:local:Command ingress-nginx-ready",
      "command:local:Command kind-cluster",
      "command:local:Command kind-kubeconfig",
      "command:local:Command kind-ready",
      "command:local:Command metrics-server-ready",
      "command:local:Command observability-images",
      "command:local:Command pod-images",
      "command:local:Command soc-agent-ready",
      "command:local:Command soc-agent-smoke",
      "docker:index/image:Image images-backend",
      "docker:index/image:Image images-frontend",
      "kubernetes:core/v1:Namespace observability-monitoring",
      "kubernetes:core/v1:Namespace observability-monitoring-agents",
      "kubernetes:core/v1:Namespace soc-agent-namespace",
      "kubernetes:core/v1:Secret observability-grafana",
      "kubernetes:core/v1:Secret soc-agent-redis",
      "kubernetes:helm.sh/v3:Release ingress-nginx-release",
      "kubernetes:helm.sh/v3:Release metrics-server-release",
      "kubernetes:helm.sh/v3:Release observability-release",
      "kubernetes:helm.sh/v3:Release soc-agent-release",
      "pulumi:index:Stash observability-choice",
      "pulumi:providers:docker images-docker",
      "pulumi:providers:kubernetes kind-provider",
      "soc:index:AddOnRemoval add-ons",
      "soc:index:ImageLoad image-load",
      "soc:index:Images images",
      "soc:index:IngressNginx ingress-nginx",
      "soc:index:KindCluster kind",
      "soc:index:MetricsServer metrics-server",
      "soc:index:Observability observability",
      "soc:index:SocAgent soc-agent",
    ]);
  });

  it("makes one control-plane and two workers, its ports on loopback, and the ingress label", () => {
    const { stdin, triggers, ...rest } = inputsOf(ran, "kind-cluster");
    const [identity] = triggers as [string];
    assert.match(identity, /^[0-9a-f]{12}\.[0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      create: "exec sh scripts/kind-cluster.sh create",
      update: "true",
      delete: "exec sh scripts/kind-cluster.sh delete",
      environment: {
        CLUSTER_NAME: "soc-demo",
        IDENTITY: identity,
        KUBECONFIG_FILE: ".kube/dev.yaml",
      },
      addPreviousOutputInEnv: false,
    });
    const worker = {
      role: "worker",
      image: DEFAULT_NODE_IMAGE,
      labels: { "soc-agent.dev/identity": identity },
    };
    assert.deepEqual(JSON.parse(String(stdin)), {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      nodes: [
        {
          role: "control-plane",
          image: DEFAULT_NODE_IMAGE,
          kubeadmConfigPatches: [
            JSON.stringify({
              kind: "InitConfiguration",
              nodeRegistration: {
                kubeletExtraArgs: {
                  "node-labels": `ingress-ready=true,soc-agent.dev/identity=${identity}`,
                },
              },
            }),
          ],
          extraPortMappings: [
            { containerPort: 80, hostPort: 8080, listenAddress: "127.0.0.1" },
            { containerPort: 443, hostPort: 8443, listenAddress: "127.0.0.1" },
          ],
        },
        worker,
        worker,
      ],
    });
  });

  it("keeps the kubeconfig out of the log and ties the provider to this very cluster", () => {
    const { triggers } = inputsOf(ran, "kind-cluster");
    const kubeconfig = inputsOf(ran, "kind-kubeconfig");
    assert.equal(kubeconfig["logging"], "none");
    assert.deepEqual(kubeconfig["triggers"], triggers);
    assert.deepEqual(inputsOf(ran, "kind-ready")["triggers"], triggers);
    const provider = inputsOf(ran, "kind-provider");
    assert.deepEqual([provider["clusterIdentifier"]], triggers);
    assert.equal(String(provider["upsertExistingObjects"]), "true");
    assert.match(JSON.stringify(provider["kubeconfig"]), /stdout of kind-kubeconfig/);
  });

  it("builds both images in the active context's engine, tagged by content, pushed nowhere", () => {
    assert.deepEqual(inputsOf(ran, "images-docker"), { host: "unix:///var/run/docker.sock" });
    for (const part of ["backend", "frontend"] as const) {
      assert.deepEqual(inputsOf(ran, `images-${part}`), {
        imageName: refs[part],
        build: { context: part, dockerfile: `${part}/Dockerfile`, platform: "linux/amd64" },
        buildOnPreview: false,
        skipPush: true,
      });
    }
  });

  it("loads both images into this very cluster", () => {
    const [identity] = inputsOf(ran, "kind-cluster")["triggers"] as [string];
    assert.deepEqual(inputsOf(ran, "image-load-nodes"), {
      create: "exec node --require tsx/cjs scripts/loadImages.ts",
      environment: {
        CLUSTER_NAME: "soc-demo",
        IDENTITY: identity,
        IDENTITY_FILE: ".kube/dev.identity",
        MAKER_FILE: ".kube/dev.pid",
        IMAGES: `${refs.backend} ${refs.frontend}`,
      },
      triggers: [identity],
      addPreviousOutputInEnv: false,
    });
  });

  it("brings the images of all other pods into its nodes, which may pull none", () => {
    const [identity] = inputsOf(ran, "kind-cluster")["triggers"] as [string];
    const { environment, ...rest } = inputsOf(ran, "pod-images");
    assert.deepEqual(rest, {
      create: "exec node --require tsx/cjs scripts/podImages.ts",
      triggers: [identity],
      addPreviousOutputInEnv: false,
    });
    const { RELEASES, ...others } = environment as Readonly<Record<string, string>>;
    assert.deepEqual(others, {
      CLUSTER_NAME: "soc-demo",
      IDENTITY: identity,
      IDENTITY_FILE: ".kube/dev.identity",
      MAKER_FILE: ".kube/dev.pid",
      IMAGES: "redis:7-alpine",
      KUBERNETES_VERSION: /:v([\d.]+)/.exec(DEFAULT_NODE_IMAGE)?.[1],
    });
    // The charts are those that the add-ons are installed from, and so are the values.
    assert.deepEqual(
      JSON.parse(String(RELEASES)),
      (["ingress-nginx", "metrics-server"] as const).map((name) => {
        const { namespace, source } = rowOf(name);
        return { name, namespace, source, values: ADD_ON_VALUES[name] };
      }),
    );
  });

  it("installs the pinned add-ons, the ingress on the labelled node's ports without a LoadBalancer", () => {
    assert.deepEqual(inputsOf(ran, "ingress-nginx-release"), {
      name: "ingress-nginx",
      namespace: "ingress-nginx",
      createNamespace: true,
      chart: "./.charts/kubernetes.github.io/ingress-nginx/ingress-nginx-4.15.1.tgz",
      version: "4.15.1",
      values: ADD_ON_VALUES["ingress-nginx"],
      maxHistory: 5,
      timeout: 300,
      skipAwait: true,
      compat: "true",
    });
    assert.deepEqual(inputsOf(ran, "metrics-server-release"), {
      name: "metrics-server",
      namespace: "kube-system",
      createNamespace: true,
      chart: "./.charts/kubernetes-sigs.github.io/metrics-server/metrics-server-3.13.0.tgz",
      version: "3.13.0",
      values: ADD_ON_VALUES["metrics-server"],
      maxHistory: 5,
      timeout: 300,
      skipAwait: true,
      compat: "true",
    });
  });

  it("keeps track of its add-ons, so that those it no longer wants can go", () => {
    assert.deepEqual(inputsOf(ran, "add-ons-unwanted"), {
      create: "exec sh scripts/remove-add-ons.sh",
      environment: {
        WANTED:
          "ingress-nginx/ingress-nginx kube-system/metrics-server monitoring/observability " +
          "monitoring/observability:secret/grafana-admin " +
          "monitoring/observability:namespace/monitoring " +
          "monitoring/observability:namespace/monitoring-agents",
        KUBECONFIG: ".kube/dev.yaml",
      },
      addPreviousOutputInEnv: true,
      logging: "stderr",
    });
  });

  it("deploys the chart into a namespace that the API server holds to Pod Security restricted", () => {
    assert.deepEqual(inputsOf(ran, "soc-agent-namespace")["metadata"], {
      name: "soc-agent",
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
    assert.deepEqual(inputsOf(ran, "soc-agent-release"), {
      name: "soc-agent",
      namespace: "soc-agent",
      chart: "./charts/soc-agent",
      description: `chart ${chartDigest("./charts/soc-agent")}`,
      values: {
        backend: {
          image: {
            repository: "soc-backend",
            tag: tagOf(refs.backend),
            pullPolicy: "Never",
          },
          rollout: { maxSurge: "100%" },
          probes: { readiness: { initialDelaySeconds: 0, periodSeconds: 1 } },
        },
        frontend: {
          image: {
            repository: "soc-frontend",
            tag: tagOf(refs.frontend),
            pullPolicy: "Never",
          },
        },
        ingress: { className: "nginx" },
        redis: { auth: { existingSecret: "soc-agent-redis-5ec1e7" } },
      },
      atomic: false,
      maxHistory: 5,
      timeout: 300,
      skipAwait: true,
      compat: "true",
    });
  });

  it("waits for each release by a command of its own, again after every revision", () => {
    const of: readonly (readonly [string, string])[] = [
      ["soc-agent", "soc-agent"],
      ["ingress-nginx", "ingress-nginx"],
      ["metrics-server", "kube-system"],
    ];
    for (const [name, namespace] of of) {
      assert.deepEqual(inputsOf(ran, `${name}-ready`), {
        create: "exec node --require tsx/cjs scripts/awaitRelease.ts",
        environment: {
          RELEASE: name,
          NAMESPACE: namespace,
          RELEASE_REVISION: "1",
          TIMEOUT: "300",
          KUBECONFIG: ".kube/dev.yaml",
          NODES: "3",
        },
        logging: "none",
        addPreviousOutputInEnv: false,
      });
    }
  });

  it("ends with the smoke check, again after every revision", () => {
    assert.deepEqual(inputsOf(ran, "soc-agent-smoke"), {
      create: "exec node --require tsx/cjs scripts/smoke.ts",
      environment: {
        BASE_URL: "http://localhost:8080",
        KUBECONFIG: ".kube/dev.yaml",
        KUBE_CONTEXT: "",
        NAMESPACE: "soc-agent",
        RELEASE_REVISION: "1",
      },
      addPreviousOutputInEnv: false,
    });
  });

  it("exports how to reach it", () => {
    assert.deepEqual(ran.outputs, {
      dashboard: "http://localhost:8080",
      api: "http://localhost:8080/api/threats",
      health: "curl http://localhost:8080/health",
      kubeconfig: "export KUBECONFIG=$PWD/.kube/dev.yaml",
      pods: "kubectl --kubeconfig .kube/dev.yaml get pods",
      logs: "kubectl --kubeconfig .kube/dev.yaml logs -l app=soc-backend --tail=50 -f",
      hpa: "kubectl --kubeconfig .kube/dev.yaml get hpa -w",
      teardown: "pulumi destroy --stack dev",
      grafana: "http://localhost:8080/grafana/",
      jaeger: "http://localhost:8080/jaeger/",
      prometheus: "http://localhost:8080/prometheus/",
    });
  });
});

describe("the dev stack with other configuration", () => {
  it("puts the model provider's key into a Secret and only its name into the values", async () => {
    const ran = await runProgram({
      stack: "dev",
      config: { openaiApiKey: "sk-canary" },
      secrets: ["openaiApiKey"],
    });
    assert.match(JSON.stringify(inputsOf(ran, "soc-agent-openai")), /sk-canary/);
    const others = ran.resources.filter(({ name }) => name !== "soc-agent-openai");
    assert.doesNotMatch(JSON.stringify(others), /sk-canary/);
    assert.match(
      JSON.stringify(inputsOf(ran, "soc-agent-release")),
      /"openai":\{"existingSecret":"soc-agent-openai-5ec1e7"\}/,
    );
  });

  it("makes the login's Secrets, and only their names go into the values", async () => {
    const ran = await runProgram({
      stack: "dev",
      config: {
        auth: {
          issuer: "https://login.example.com/realms/soc",
          clientId: "soc",
          roles: { analyst: ["blue-team"] },
          ca: "LICENSE",
        },
        authClientSecret: "client-canary",
      },
      secrets: ["authClientSecret"],
    });
    const drawn = ["session", "tokens"].map((role) => {
      const secret = ran.resources.find(({ name }) => name === `soc-agent-${role}`);
      assert.deepEqual(secret?.options.ignoreChanges, ["data"]);
      return JSON.stringify(secret.inputs);
    });
    const tokens = [...drawn.join().matchAll(/"(?:reader|ingest|cookie-secret)":"([^"]+)"/g)];
    assert.equal(new Set(tokens.map(([, token]) => token)).size, 3);
    const others = ran.resources.filter(({ name }) => !/-(login|session|tokens)$/.test(name));
    const told = JSON.stringify(others);
    assert.doesNotMatch(told, /client-canary/);
    assert.ok(tokens.every(([, token = ""]) => token !== "" && !told.includes(token)));

    const { auth, networkPolicy } = inputsOf(ran, "soc-agent-release")["values"] as {
      auth: Values;
      networkPolicy: Values;
    };
    const { upstreams, ...rest } = auth;
    assert.deepEqual(rest, {
      enabled: true,
      oidc: {
        issuer: "https://login.example.com/realms/soc",
        clientId: "soc",
        redirectUrl: "http://localhost:8080/oauth2/callback",
        existingSecret: "soc-agent-login-5ec1e7",
        caSecret: "soc-agent-login-ca-5ec1e7",
      },
      roles: { analyst: ["blue-team"] },
      session: { existingSecret: "soc-agent-session-5ec1e7" },
      tokens: { existingSecret: "soc-agent-tokens-5ec1e7" },
    });
    const { ingress, backend } = inputsOf(ran, "soc-agent-release")["values"] as {
      ingress: Values;
      backend: { env: Values };
    };
    assert.deepEqual(ingress["annotations"], {
      "nginx.ingress.kubernetes.io/proxy-buffer-size": "32k",
    });
    assert.deepEqual(backend.env, { TRUSTED_PROXIES: "10.244.0.0/16" });
    const { LOGIN } = inputsOf(ran, "soc-agent-smoke")["environment"] as Record<string, string>;
    assert.equal(LOGIN, "true");

    // The pages of the observability stack stand behind it, too: only what reads, and only for its proxy.
    const ways = upstreams as string[];
    assert.ok(ways.includes("http://grafana.monitoring:3000/grafana/"));
    assert.ok(ways.includes("http://prometheus.monitoring:9090/prometheus/api/v1/query"));
    assert.ok(!ways.some((way) => /\/prometheus\/$|\/v1\/(write|otlp|admin)|\/-\//.test(way)));
    assert.match(JSON.stringify(networkPolicy), /"kubernetes.io\/metadata.name":"monitoring"/);
    const stack = inputsOf(ran, "observability-release")["values"] as Values;
    assert.equal((stack["ingress"] as Values)["enabled"], false);
    assert.deepEqual(stack["networkPolicy"], {
      ingressNamespace: "soc-agent",
      ingressPodLabels: { app: "soc-auth" },
    });
  });

  it("draws a password for Redis into a Secret that keeps it, and only its name into the values", async () => {
    const [one, two] = [await runProgram({ stack: "dev" }), await runProgram({ stack: "dev" })];
    const passwordOf = (ran: Ran) =>
      /"redis-password":"([^"]+)"/.exec(JSON.stringify(inputsOf(ran, "soc-agent-redis")))?.[1] ??
      "";
    assert.match(Buffer.from(passwordOf(one), "base64").toString(), /^[\w-]{32}$/);
    assert.notEqual(passwordOf(two), passwordOf(one));
    const others = one.resources.filter(({ name }) => name !== "soc-agent-redis");
    assert.ok(!JSON.stringify(others).includes(passwordOf(one)));
    const { redis } = inputsOf(one, "soc-agent-release")["values"] as { redis: unknown };
    assert.deepEqual(redis, { auth: { existingSecret: "soc-agent-redis-5ec1e7" } });
  });

  it("keeps it by an input that the state has: the provider turns a Secret's stringData into data", async () => {
    const { resources } = await runProgram({ stack: "dev" });
    const secret = resources.find(({ name }) => name === "soc-agent-redis");
    assert.deepEqual(secret?.options.ignoreChanges, ["data"]);
    assert.deepEqual(
      ["data", "stringData"].filter((key) => key in secret.inputs),
      ["data"],
    );
  });

  for (const given of [
    { redis: { enabled: false, external: { enabled: true, host: "cache" } } },
    { redis: { auth: { enabled: false } } },
    { redis: { auth: { existingSecret: "mine", secretKey: "password" } } },
    { backend: { redisPasswordIn: "none" } },
  ]) {
    it(`draws none where the values have ${JSON.stringify(given)}`, async () => {
      const ran = await runProgram({ stack: "dev", config: { values: given } });
      assert.ok(!ran.resources.some(({ name }) => name === "soc-agent-redis"));
      const { values } = inputsOf(ran, "soc-agent-release") as { values: { redis?: unknown } };
      assert.deepEqual(values.redis, given.redis);
    });
  }

  it("hands a null on, by which Helm takes a default away", async () => {
    const limits = { cpu: null };
    const config = { values: { backend: { resources: { limits } } } };
    const { values, allowNullValues } = inputsOf(
      await runProgram({ stack: "dev", config }),
      "soc-agent-release",
    ) as { values: { backend: { resources: unknown } }; allowNullValues?: boolean };
    assert.deepEqual(values.backend.resources, { limits });
    assert.equal(allowNullValues, true);
  });

  it("waits as long as it is told for every release", async () => {
    const ran = await runProgram({ stack: "dev", config: { timeout: 45 } });
    const releases = ran.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    assert.deepEqual(
      releases.map(({ inputs }) => inputs["timeout"]),
      [45, 45, 45, 45],
    );
  });

  it("does not install add-ons that are switched off, and takes charts from elsewhere", async () => {
    const ran = await runProgram({
      stack: "dev",
      config: {
        metricsServer: { install: false },
        ingress: { chart: "./mirror/ingress" },
        observability: { install: false },
      },
    });
    assert.ok(!listed(ran).some((one) => one.includes("metrics-server")));
    const { WANTED } = inputsOf(ran, "add-ons-unwanted")["environment"] as { WANTED: string };
    assert.equal(WANTED, "ingress-nginx/ingress-nginx");
    const { chart, version, repositoryOpts } = inputsOf(ran, "ingress-nginx-release");
    assert.deepEqual(
      { chart, version, repositoryOpts },
      {
        chart: "./mirror/ingress",
        version: undefined,
        repositoryOpts: undefined,
      },
    );
  });

  it("installs Traefik instead, on the same node and ports, for Ingress objects of its class", async () => {
    const config = { ingress: { controller: "traefik" }, observability: { install: false } };
    const ran = await runProgram({ stack: "dev", config });
    assert.ok(!listed(ran).some((one) => one.includes("ingress-nginx")));
    assert.ok(listed(ran).includes("soc:index:Traefik traefik"));
    assert.deepEqual(inputsOf(ran, "traefik-release"), {
      name: "traefik",
      namespace: "traefik",
      createNamespace: true,
      chart: "./.charts/traefik.github.io/charts/traefik-41.3.0.tgz",
      version: "41.3.0",
      skipCrds: true,
      values: ADD_ON_VALUES.traefik,
      maxHistory: 5,
      timeout: 300,
      skipAwait: true,
      compat: "true",
    });
    assert.equal(
      (inputsOf(ran, "add-ons-unwanted")["environment"] as { WANTED: string }).WANTED,
      "traefik/traefik kube-system/metrics-server",
    );
    const { ingress, networkPolicy } = inputsOf(ran, "soc-agent-release")["values"] as Record<
      string,
      object
    >;
    assert.deepEqual(ingress, { className: "traefik" });
    assert.deepEqual(networkPolicy, { ingressController: { namespace: "traefik" } });
  });

  it("tells a cluster's nodes their mirrors, again whenever those change, before anything is pulled", async () => {
    const mirrors = ["https://mirror.example.com"];
    const ran = await runProgram({
      stack: "dev",
      config: { registryMirrors: { "docker.io": { mirrors } } },
    });
    const { stdin: config } = inputsOf(ran, "kind-cluster");
    assert.match(String(config), /"containerdConfigPatches":\[/);
    const { create, stdin } = inputsOf(ran, "kind-registry-mirrors");
    assert.equal(create, "exec sh scripts/kind-cluster.sh mirrors");
    assert.match(String(stdin), /\[host\."https:\/\/mirror\.example\.com"\]/);
    assert.deepEqual(optionsOf(ran, "kind-ready").dependsOn, [
      "kind-kubeconfig",
      "kind-registry-mirrors",
    ]);
    // Without it nothing is installed.
    assert.deepEqual(optionsOf(ran, "kind-kubeconfig").dependsOn, [
      "kind-cluster",
      "kind-registry-mirrors",
    ]);
  });

  it("builds in the engine of Docker's active context", async () => {
    const endpoint = "unix:///Users/me/.colima/default/docker.sock";
    const ran = await runProgram({ stack: "dev", endpoint });
    assert.deepEqual(inputsOf(ran, "images-docker"), { host: endpoint });
  });

  it("builds with the arguments and the stage that are set, under another tag", async () => {
    const given = { args: { NODE_VERSION: "24" }, target: "build" };
    const ran = await runProgram({ stack: "dev", config: { images: { backend: given } } });
    const { imageName, build } = inputsOf(ran, "images-backend");
    const usual = { context: "backend", dockerfile: "backend/Dockerfile" };
    assert.deepEqual(build, { ...usual, platform: "linux/amd64", ...given });
    assert.match(String(imageName), /^soc-backend:sha-[0-9a-f]{12}$/);
    assert.notEqual(imageName, refs.backend);
    assert.equal(inputsOf(ran, "images-frontend")["imageName"], refs.frontend);
  });

  it("builds through the proxies of Docker's configuration, as secrets and under the same tag", async () => {
    const proxy = "http://user:canary@proxy.example.com:3128";
    const ran = await runProgram({
      stack: "dev",
      config: { images: { frontend: { args: { HTTP_PROXY: "http://own" } } } },
      proxies: { default: { httpProxy: proxy, noProxy: "" } },
    });
    // To the mocks a map with a secret in it is one: its value is in an envelope.
    const argsOf = (name: string) => {
      const { value } = inputsOf(ran, name)["build"] as { value: { args: Values } };
      return value.args;
    };
    assert.deepEqual(argsOf("images-backend"), { HTTP_PROXY: proxy, http_proxy: proxy });
    assert.deepEqual(argsOf("images-frontend"), { HTTP_PROXY: "http://own", http_proxy: proxy });
    assert.equal(inputsOf(ran, "images-backend")["imageName"], refs.backend);
    const others = ran.resources.filter(({ name }) => !/^images-(back|front)end$/.test(name));
    assert.doesNotMatch(JSON.stringify([others, ran.outputs]), /canary/);
  });

  it("builds with secrets by buildx, and has only where they are", async () => {
    const images = { backend: { secrets: { home: { env: "HOME" } }, args: { A: "1" } } };
    const ran = await runProgram({ stack: "dev", config: { images }, buildx: true });
    assert.ok(!listed(ran).includes("docker:index/image:Image images-backend"));
    assert.ok(listed(ran).includes("docker:index/image:Image images-frontend"));
    const { create, environment } = inputsOf(ran, "images-backend") as {
      create: string;
      environment: Record<string, string>;
    };
    assert.match(create, /scripts\/buildImage\.ts$/);
    const { IMAGE, BUILD = "", PLATFORM, TO } = environment;
    assert.match(String(IMAGE), /^soc-backend:sha-/);
    assert.deepEqual([PLATFORM, TO], ["linux/amd64", "engine"]);
    const usual = { context: "backend", dockerfile: "backend/Dockerfile" };
    assert.deepEqual(JSON.parse(BUILD), { ...usual, ...images.backend });
  });

  it("refuses secrets without buildx, and those that are not there", async () => {
    const secrets = { a: { env: "NO_SUCH_TOKEN" }, b: { file: "no/such/file" } };
    await assert.rejects(
      runProgram({ stack: "dev", config: { images: { backend: { secrets } } } }),
      (error: Error) => {
        assert.match(error.message, /docker has no buildx, .*\. Install it: https:/);
        assert.match(error.message, /secrets\.a is the variable NO_SUCH_TOKEN, which is not set/);
        assert.match(error.message, /secrets\.b is the file no\/such\/file, which does not exist/);
        return true;
      },
    );
  });

  it("refuses an image that a Kind cluster could not run", async () => {
    const images = { backend: { platform: "linux/arm64" }, frontend: { platform: "linux/amd64" } };
    await assert.rejects(
      runProgram({ stack: "dev", config: { images } }),
      /built for linux\/arm64 by soc-agent:images\.backend\.platform, and Kind's nodes run linux\/amd64 .*\. Remove that key$/,
    );
  });

  it("builds nothing for an image that was built elsewhere", async () => {
    const ref = `ghcr.io/acme/soc-backend@sha256:${"a".repeat(64)}`;
    const ran = await runProgram({ stack: "dev", config: { images: { backend: { ref } } } });
    assert.ok(!listed(ran).includes("docker:index/image:Image images-backend"));
    const { backend } = inputsOf(ran, "soc-agent-release")["values"] as {
      backend: { image: object };
    };
    assert.deepEqual(backend.image, {
      repository: "ghcr.io/acme/soc-backend",
      tag: `latest@sha256:${"a".repeat(64)}`,
      pullPolicy: "IfNotPresent",
    });
  });
});

describe("the prod stack", () => {
  let ran: Ran;
  before(async () => {
    // No machine has the kubeconfig of the committed file: a preview has to do without.
    ran = await runProgram({ stack: "prod", config: stackConfig("prod"), preview: true });
  });

  it("registers exactly these resources", () => {
    assert.deepEqual(listed(ran), [
      "command:local:Command soc-agent-ready",
      "command:local:Command soc-agent-smoke",
      "docker:index/image:Image images-backend",
      "docker:index/image:Image images-frontend",
      "kubernetes:core/v1:Namespace soc-agent-namespace",
      "kubernetes:core/v1:Secret soc-agent-redis",
      "kubernetes:helm.sh/v3:Release soc-agent-release",
      "pulumi:providers:docker images-docker",
      "pulumi:providers:kubernetes existing-provider",
      "soc:index:ExistingCluster existing",
      "soc:index:Images images",
      "soc:index:SocAgent soc-agent",
    ]);
  });

  it("pushes both images to the registry", () => {
    for (const part of ["backend", "frontend"] as const) {
      const { imageName, skipPush } = inputsOf(ran, `images-${part}`);
      assert.deepEqual([imageName, skipPush], [`gcr.io/my-project/${refs[part]}`, false]);
    }
  });

  it("talks to the named context only", () => {
    assert.equal(inputsOf(ran, "existing-provider")["context"], "soc-production");
  });

  it("hands the specification's production values to the chart, and rolls back what fails", () => {
    const { values, atomic, skipAwait, timeout } = inputsOf(ran, "soc-agent-release");
    assert.deepEqual([atomic, skipAwait, timeout], [false, true, 900]);
    const waits = inputsOf(ran, "soc-agent-ready")["environment"];
    const { ROLLBACK, TIMEOUT } = waits as Record<string, string>;
    assert.deepEqual([ROLLBACK, TIMEOUT], ["true", "900"]);
    assert.deepEqual(values, {
      backend: {
        replicaCount: 4,
        image: {
          repository: "gcr.io/my-project/soc-backend",
          tag: `${tagOf(refs.backend)}@${DIGEST}`,
          pullPolicy: "Always",
        },
        resources: {
          requests: { cpu: "500m", memory: "1Gi" },
          limits: { cpu: 2, memory: "2Gi" },
        },
        hpa: { minReplicas: 4, maxReplicas: 20, targetCPUUtilizationPercentage: 60 },
        env: { LOG_LEVEL: "WARNING" },
      },
      frontend: {
        image: {
          repository: "gcr.io/my-project/soc-frontend",
          tag: `${tagOf(refs.frontend)}@${DIGEST}`,
          pullPolicy: "Always",
        },
        replicaCount: 2,
      },
      ingress: {
        className: "nginx",
        hosts: [
          {
            host: "soc.example.com",
            paths: [
              { path: "/", pathType: "Prefix", backend: "frontend" },
              { path: "/api", pathType: "Prefix", backend: "backend" },
              { path: "/ws", pathType: "Prefix", backend: "backend" },
              { path: "/health", pathType: "Exact", backend: "backend" },
            ],
          },
        ],
        annotations: { "cert-manager.io/cluster-issuer": "letsencrypt-prod" },
        tls: { enabled: true, secretName: "soc-agent-tls", hosts: ["soc.example.com"] },
      },
      redis: {
        persistence: { enabled: true },
        auth: { existingSecret: "soc-agent-redis-5ec1e7" },
      },
    });
  });

  it("holds the namespace to Pod Security restricted, like the dev stack", () => {
    const { labels } = inputsOf(ran, "soc-agent-namespace")["metadata"] as Record<string, object>;
    assert.deepEqual(labels, {
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    });
  });

  it("is reached over HTTPS", () => {
    assert.equal(ran.outputs["dashboard"], "https://soc.example.com");
  });
});

describe("a machine without network", () => {
  /** Names of the releases whose chart a provider would not load. */
  const unchecked = ({ resources }: Ran) =>
    resources
      .filter(({ inputs }) => inputs["chart"] && pulumi.unknown === inputs["description"])
      .map(({ name }) => name);

  it("previews without the charts that it cannot reach", async () => {
    const ran = await runProgram({ stack: "dev", preview: true, network: false });
    assert.deepEqual(unchecked(ran), ["ingress-nginx-release", "metrics-server-release"]);
  });

  it("checks every chart where it can", async () => {
    assert.deepEqual(unchecked(await runProgram({ stack: "dev", preview: true })), []);
  });

  it("leaves charts that it cannot reach to the provider, which may know a way", async () => {
    const ran = await runProgram({ stack: "dev", network: false });
    assert.deepEqual(unchecked(ran), []);
    const { chart, version, repositoryOpts } = inputsOf(ran, "ingress-nginx-release");
    assert.deepEqual(
      { chart, version, repositoryOpts },
      {
        chart: "ingress-nginx",
        version: "4.15.1",
        repositoryOpts: { repo: "https://kubernetes.github.io/ingress-nginx" },
      },
    );
  });

  it("previews no version that a repository does not have", async () => {
    const config = { ingress: { version: "9.9.9" }, metricsServer: { version: "1.0.0" } };
    await assert.rejects(runProgram({ stack: "dev", preview: true, config }), {
      message:
        /soc-agent:ingress: https:.*ingress-nginx[/] has no chart ingress-nginx of version 9[.]9[.]9; its newest version is 4[.]15[.]1/,
    });
  });
});

describe("the prod stack with other configuration", () => {
  const prod = stackConfig("prod");

  it("installs cert-manager, and after it the issuer that the Ingress names", async () => {
    const values = prod["values"] as { ingress: { tls: object } };
    const ran = await runProgram({
      stack: "prod",
      preview: true,
      config: {
        ...prod,
        values: { ...values, ingress: { tls: values.ingress.tls } },
        certManager: { install: true, email: "ops@example.com" },
      },
    });
    assert.deepEqual(inputsOf(ran, "cert-manager-release"), {
      name: "cert-manager",
      namespace: "cert-manager",
      createNamespace: true,
      chart: "./.charts/charts.jetstack.io/cert-manager-v1.21.2.tgz",
      version: "v1.21.2",
      values: ADD_ON_VALUES["cert-manager"],
      maxHistory: 5,
      timeout: 900,
      skipAwait: true,
      compat: "true",
    });
    const awaited = inputsOf(ran, "cert-manager-ready") as { environment: Values };
    assert.deepEqual(
      JSON.parse(String(awaited.environment["ACCEPTED"])),
      JSON.parse(JSON.stringify(inputsOf(ran, "cert-manager-issuer"))),
    );
    assert.deepEqual(inputsOf(ran, "cert-manager-issuer"), {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "letsencrypt-staging" },
      spec: {
        acme: {
          server: "https://acme-staging-v02.api.letsencrypt.org/directory",
          email: "ops@example.com",
          privateKeySecretRef: { name: "letsencrypt-staging-account" },
          solvers: [{ http01: { ingress: { ingressClassName: "nginx" } } }],
        },
      },
    });
    const names = ran.resources.map(({ name }) => name);
    // With words of its own: without, Node.js looks for the expression in the source, for minutes.
    const [ready, issuer] = ["ready", "issuer"].map((role) =>
      names.indexOf(`cert-manager-${role}`),
    );
    assert.ok(Number(ready) < Number(issuer), "the issuer comes before its definition");
    const { ingress } = inputsOf(ran, "soc-agent-release")["values"] as { ingress: Values };
    assert.deepEqual(ingress["annotations"], {
      "cert-manager.io/cluster-issuer": "letsencrypt-staging",
    });
    const { environment } = inputsOf(ran, "soc-agent-smoke") as { environment: Values };
    assert.equal(environment["UNTRUSTED"], "true");
  });

  it("takes the real issuer, and cert-manager's chart from elsewhere", async () => {
    const ran = await runProgram({
      stack: "prod",
      preview: true,
      config: {
        ...prod,
        certManager: {
          install: true,
          email: "ops@example.com",
          issuer: "letsencrypt-prod",
          chart: "./mirror/cert-manager",
        },
      },
    });
    const { chart, version, repositoryOpts } = inputsOf(ran, "cert-manager-release");
    assert.deepEqual(
      [chart, version, repositoryOpts],
      ["./mirror/cert-manager", undefined, undefined],
    );
    const { metadata, spec } = inputsOf(ran, "cert-manager-issuer");
    assert.deepEqual(metadata, { name: "letsencrypt-prod" });
    assert.match(JSON.stringify(spec), /"https:\/\/acme-v02\.api\.letsencrypt\.org\/directory"/);
    const { environment } = inputsOf(ran, "soc-agent-smoke") as { environment: Values };
    assert.equal(environment["UNTRUSTED"], undefined);
  });

  it("pushes with the credentials for pushing, and gives the pods those for pulling", async () => {
    const ran = await runProgram({
      stack: "prod",
      preview: true,
      config: {
        ...prod,
        images: { registry: "ghcr.io/acme", pushUsername: "ci", pullUsername: "nodes" },
        registryPushPassword: "push-canary",
        registryPullPassword: "pull-canary",
      },
      secrets: ["registryPushPassword", "registryPullPassword"],
    });
    assert.match(
      JSON.stringify(inputsOf(ran, "images-backend")["registry"]),
      /"password":"push-canary","server":"ghcr\.io","username":"ci"/,
    );
    const secret = inputsOf(ran, "soc-agent-registry");
    assert.equal(secret["type"], "kubernetes.io/dockerconfigjson");
    const given = JSON.stringify(secret["stringData"]).replaceAll("\\", "");
    assert.ok(
      given.includes('{"auths":{"ghcr.io":{"username":"nodes","password":"pull-canary"}}}'),
      given,
    );
    const { imagePullSecrets } = inputsOf(ran, "soc-agent-release")["values"] as Values;
    assert.deepEqual(imagePullSecrets, [{ name: "soc-agent-registry-5ec1e7" }]);
    const others = ran.resources.filter(({ name }) => !/^(soc-agent-registry|images-)/.test(name));
    assert.doesNotMatch(JSON.stringify(others), /canary/);
  });

  it("asks where it is told to, or not at all", async () => {
    const run = (smokeCheck: Values) =>
      runProgram({ stack: "prod", preview: true, config: { ...prod, smokeCheck } });
    const { environment } = inputsOf(
      await run({
        address: "203.0.113.7:8443",
        ca: "tsconfig.json",
        checks: [{ path: "/status", json: { ok: true } }],
      }),
      "soc-agent-smoke",
    ) as { environment: Values };
    assert.equal(environment["ADDRESS"], "203.0.113.7:8443");
    assert.equal(environment["CA_FILE"], "tsconfig.json");
    assert.equal(environment["CHECKS"], '[{"path":"/status","json":{"ok":true}}]');
    assert.ok(!listed(await run({ run: false })).some((one) => one.endsWith("soc-agent-smoke")));
  });

  it("checks the kubelets' certificates where it installs metrics-server", async () => {
    const config = { ...prod, metricsServer: { install: true } };
    const ran = await runProgram({ stack: "prod", preview: true, config });
    assert.deepEqual(inputsOf(ran, "metrics-server-release")["values"], {});
  });

  it("leaves an image alone that its values name", async () => {
    const values = { backend: { image: { repository: "ghcr.io/acme/api", tag: "2.0.0" } } };
    const ran = await runProgram({ stack: "prod", preview: true, config: { ...prod, values } });
    const { backend } = inputsOf(ran, "soc-agent-release")["values"] as { backend: Values };
    assert.deepEqual(backend["image"], { ...values.backend.image, pullPolicy: "Always" });
  });
});

describe("an existing cluster", () => {
  let dir: string;
  before(() => void (dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-kube-"))));
  after(() => fs.rmSync(dir, { recursive: true }));

  /** A kubeconfig whose current context is never the one that is meant. */
  function kubeconfig(server: string, name = "gke"): string {
    const file = path.join(dir, "config");
    const config = {
      "current-context": "other",
      contexts: ["other", name].map((name) => ({ name, context: { cluster: name, user: name } })),
      clusters: [
        { name: "other", cluster: { server: "https://other.example.com" } },
        { name, cluster: { server } },
      ],
      users: ["other", name].map((name) => ({ name, user: { token: `token of ${name}` } })),
    };
    fs.writeFileSync(file, stringify(config));
    return file;
  }
  const up = (run: {
    kubeconfig: string;
    context?: string;
    allowKind?: boolean;
    published?: string;
    kubeNodes?: readonly string[];
    buildx?: boolean;
    images?: Values;
  }) => {
    const {
      published = "",
      kubeNodes,
      buildx = false,
      images = {},
      context = "gke",
      ...existing
    } = run;
    const prod = stackConfig("prod");
    const config = {
      ...prod,
      cluster: { existing: { context, ...existing } },
      images: { ...(prod["images"] as Values), ...images },
    };
    const cluster = { published, ...(kubeNodes && { kubeNodes }) };
    return runProgram({ stack: "prod", config, buildx, ...cluster });
  };

  it("is given the configured context alone, and is the same while its API server is", async () => {
    const ran = await up({ kubeconfig: kubeconfig("https://203.0.113.7") });
    const provider = inputsOf(ran, "existing-provider");
    assert.equal(provider["context"], "gke");
    assert.equal(provider["clusterIdentifier"], "https://203.0.113.7");
    const given = JSON.stringify(provider["kubeconfig"]);
    assert.match(given, /token of gke/);
    assert.doesNotMatch(given, /other/);
    const { environment } = inputsOf(ran, "soc-agent-smoke") as { environment: Values };
    assert.equal(environment["KUBE_CONTEXT"], "gke");
  });

  it("gets images for what its nodes run, whatever the engine does, under the same tags", async () => {
    const file = kubeconfig("https://203.0.113.7");
    const warned: string[] = [];
    const { warn } = pulumi.log;
    Object.assign(pulumi.log, { warn: async (text: string) => void warned.push(text) });
    const ran = await up({ kubeconfig: file, kubeNodes: ["arm64", "arm64"], buildx: true }).finally(
      () => void Object.assign(pulumi.log, { warn }),
    );
    assert.match(
      warned.join("\n"),
      /^backend is built for linux\/arm64, .*\nfrontend is built for /,
    );
    for (const part of ["backend", "frontend"] as const) {
      const { build, imageName } = inputsOf(ran, `images-${part}`);
      assert.equal((build as Values)["platform"], "linux/arm64");
      assert.equal(imageName, `gcr.io/my-project/${refs[part]}`);
      assert.deepEqual(optionsOf(ran, `images-${part}`).ignoreChanges, undefined);
    }
  });

  it("gets images for what they were built for last, where its nodes cannot be seen", async () => {
    const images = { frontend: { platform: "linux/arm64" } };
    const ran = await up({ kubeconfig: kubeconfig("https://203.0.113.7"), images });
    assert.deepEqual(optionsOf(ran, "images-backend").ignoreChanges, ["build.platform"]);
    assert.deepEqual(optionsOf(ran, "images-frontend").ignoreChanges, undefined);
    const { build, imageName } = inputsOf(ran, "images-frontend");
    assert.equal((build as Values)["platform"], "linux/arm64");
    assert.notEqual(imageName, `gcr.io/my-project/${refs.frontend}`);
  });

  it("is refused with nodes of several platforms, for parts that do not say which", async () => {
    const file = kubeconfig("https://203.0.113.7");
    const mixed = { kubeconfig: file, kubeNodes: ["arm64", "amd64"] };
    const images = { backend: { platform: "linux/amd64" } };
    await assert.rejects(up({ ...mixed, images }), (error: Error) => {
      assert.match(
        error.message,
        /nodes run linux\/amd64 and linux\/arm64, and soc-agent:images\.frontend\.platform does not say/,
      );
      assert.doesNotMatch(error.message, /images\.backend/);
      return true;
    });
    await up({ ...mixed, images: { ...images, frontend: { platform: "linux/arm64" } } });
  });

  it("refuses a context that is not there, and names those that are", async () => {
    await assert.rejects(
      up({ kubeconfig: kubeconfig("https://203.0.113.7"), context: "gke-prod" }),
      /has no context "gke-prod", only: other, gke\. Set soc-agent:cluster\.existing\.context/,
    );
  });

  it("refuses a kubeconfig that is not there", async () => {
    await assert.rejects(
      up({ kubeconfig: path.join(dir, "nothing") }),
      /the kubeconfig .*nothing does not exist\. Set soc-agent:cluster\.existing\.kubeconfig/,
    );
  });

  it("refuses Kind by its name, unless asked", async () => {
    const file = kubeconfig("https://127.0.0.1:39001", "kind-play");
    const run = { kubeconfig: file, context: "kind-play" };
    await assert.rejects(
      up(run),
      /the context "kind-play" is the Kind cluster "play" at https:\/\/127\.0\.0\.1:39001.*allowKind to true/,
    );
    const ran = await up({ ...run, allowKind: true });
    assert.equal(inputsOf(ran, "existing-provider")["context"], "kind-play");
  });

  it("refuses Kind under another name by its port, and takes a tunnel's for what it is", async () => {
    const file = kubeconfig("https://127.0.0.1:39001");
    const published = "play 127.0.0.1:39001->6443/tcp";
    await assert.rejects(up({ kubeconfig: file, published }), /"gke" is the Kind cluster "play"/);
    await up({ kubeconfig: file, published: "play 127.0.0.1:39002->6443/tcp" });
  });
});

describe("a machine without Docker", () => {
  it("previews all but the images, and says that they were not checked", async () => {
    const warned: string[] = [];
    const { warn } = pulumi.log;
    Object.assign(pulumi.log, { warn: async (text: string) => void warned.push(text) });
    try {
      const ran = await runProgram({ stack: "dev", preview: true, docker: false });
      assert.ok(listed(ran).includes("command:local:Command kind-cluster"));
      assert.ok(!listed(ran).some((one) => one.startsWith("docker:")));
      assert.match(warned.join("\n"), /Not checked in this preview: the Kind cluster, and images/);
      // The cluster is taken to be the one that has got them.
      for (const name of ["image-load-nodes", "pod-images"]) {
        assert.deepEqual(optionsOf(ran, name).ignoreChanges, ["triggers", "environment.IDENTITY"]);
      }
    } finally {
      Object.assign(pulumi.log, { warn });
    }
  });

  it("refuses an update before any resource is registered", async () => {
    await assert.rejects(
      runProgram({ stack: "dev", docker: false }),
      /This machine is not ready:\n {2}- no docker command on PATH\. Install Docker/,
    );
  });
});

describe("a cluster of the same name that the stack did not make", () => {
  it("is refused, in previews too", async () => {
    for (const preview of [true, false]) {
      await assert.rejects(
        runProgram({ stack: "dev", preview, nodes: ["soc-demo-control-plane"] }),
        /Kind cluster named soc-demo exists and was not made by this stack \(soc-demo-control-plane\): it is left alone.*soc-agent:cluster\.kind\.name/,
      );
    }
  });
});
