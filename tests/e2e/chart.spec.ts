/** The chart on a real cluster, beside the application that the stack installs. Tests build on each other. */
import * as assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { apps } from "@pulumi/kubernetes/types/input";
import type { discovery } from "@pulumi/kubernetes/types/input";
import { parseAllDocuments } from "yaml";
import { mergeValues, type Values } from "../../config/values";
import type { Seen } from "../../machine/kubernetes";
import { lines, must, run } from "../../machine/run";
import { withUmbrella } from "../chart/support/umbrella";
import type { Project } from "../support/project";
import { until } from "../support/until";
import { CANARY, liveStack } from "./support/liveStack";
import { callerPods, reach, standIns, targetsOf, type Caller } from "./support/reach";
import { inImage, placesOf } from "./support/secrets";
import { ask, CLUSTER, KUBECONFIG, kubectl, objects, type Pod } from "./support/stack";
import { tlsRedis } from "./support/tlsRedis";
import { QUICK, upgrades, VALUE_SETS } from "./support/valueSets";

/** What makes helm test write too. */
const TRIGGER: Values = { helmTest: { trigger: true } };
/** Of a Redis; all that could trip up a shell or a configuration file. */
const REDIS_PASSWORD = `pa ss"w'o$(rd)`;
type EndpointSlice = Seen<discovery.v1.EndpointSlice, "endpoints">;
const NAMESPACE = "lab";
const RELEASE = "lab-soc-agent";
const WORKERS = [`${CLUSTER}-worker`, `${CLUSTER}-worker2`] as const;

describe("the chart on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;
  let firstUp: string;
  /** Image of the backend and of the frontend that the stack built. */
  let images: { backend: string; frontend: string };
  let imageValues: Values;

  /** Runs Helm against the stack's cluster. What it says on either stream comes back. */
  const helm = (...args: string[]) =>
    project.must("helm", [...args, "--kubeconfig", KUBECONFIG, "--namespace", NAMESPACE]);

  /** Installs or upgrades the release, and waits for its pods. */
  const apply = async (verb: "install" | "upgrade", values: Values = {}): Promise<string> => {
    // JSON, for Helm reads YAML 1.1, in which "off" is no text.
    const all = mergeValues(mergeValues(QUICK, imageValues), values);
    project.write("values.json", JSON.stringify(all));
    const history = verb === "upgrade" ? ["--history-max=50"] : [];
    const chart = [verb, RELEASE, "./charts/soc-agent", "--values=values.json", ...history];
    return helm(...chart, "--wait", "--timeout=90s");
  };

  const create = async (...made: Values[]): Promise<void> => {
    const list = { apiVersion: "v1", kind: "List", items: made };
    project.write("objects.json", JSON.stringify(list));
    await kubectl(project, "apply", "-f", "objects.json");
  };

  const secret = (name: string, stringData: Values) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: NAMESPACE, name },
    stringData,
  });

  const podsOf = (app: string) =>
    objects<Pod>(project, "pods", "--namespace", NAMESPACE, "-l", `app=${app}`);

  before(async () => {
    ({ project, firstUp } = await liveStack());

    const of = ["--kubeconfig", project.path(KUBECONFIG), "--namespace=soc-agent", "--output=json"];
    const given = JSON.parse(await must("helm", ["get", "values", "soc-agent", ...of])) as Record<
      "backend" | "frontend",
      { image: { repository: string; tag: string } }
    >;
    const ref = ({ image }: (typeof given)["backend"]) => `${image.repository}:${image.tag}`;
    images = { backend: ref(given.backend), frontend: ref(given.frontend) };
    imageValues = {
      backend: { image: given.backend.image },
      frontend: { image: given.frontend.image },
    };
  });

  it("satisfies Pod Security 'restricted' where the API server enforces it, without a warning", async () => {
    const level = "pod-security.kubernetes.io";
    const labels = ["enforce", "audit", "warn"].map((mode) => `${level}/${mode}=restricted`);
    await kubectl(project, "create", "namespace", NAMESPACE);
    await kubectl(project, "label", "namespace", NAMESPACE, ...labels);
    await create(
      secret("openai", { OPENAI_API_KEY: CANARY }),
      secret("redis-password", { "redis-password": REDIS_PASSWORD }),
    );
    // The proof that it is enforced.
    const bad = ["run", "bad", `--image=${images.backend}`, "--namespace", NAMESPACE];
    const refused = await project.run("kubectl", ["--kubeconfig", KUBECONFIG, ...bad]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /violates PodSecurity "restricted:latest"/);

    const openai = { existingSecret: "openai" };
    const output = await apply("install", { ...TRIGGER, openai });
    assert.match(output, /STATUS: deployed/);
    assert.doesNotMatch(output, /warning|PodSecurity/i);
    assert.equal((await podsOf("soc-backend")).length, 1);

    // So does what the stack installed, and its namespace enforces it too.
    const dry = ["label", "--dry-run=server", "--overwrite", "namespace", "soc-agent", ...labels];
    assert.doesNotMatch(await kubectl(project, ...dry), /warning|violat/i);
    const [enforced] = lines(
      await kubectl(project, "get", "namespace", "soc-agent", "-o", "jsonpath={.metadata.labels}"),
    );
    assert.match(enforced ?? "", /"pod-security.kubernetes.io\/enforce":"restricted"/);
  });

  it("passes helm test, through its own network policies", async () => {
    const output = await helm("test", RELEASE, "--logs");
    assert.match(output, /Phase: +Succeeded/);
    for (const step of ["health", "ready", "trigger", "list", "dashboard"]) {
      assert.match(output, new RegExp(`ok +${step}`));
    }
  });

  it("writes nothing by helm test where that is not asked for", async () => {
    const [flags, get] = [["--kubeconfig", KUBECONFIG, "--namespace=soc-agent"], "/api/threats"];
    const before = await ask<unknown[]>(get);
    const output = await project.must("helm", ["test", "soc-agent", ...flags, "--logs"]);
    assert.match(output, /ok +list/);
    assert.doesNotMatch(output, /trigger/);
    assert.deepEqual(await ask<unknown[]>(get), before);
  });

  it("refuses a client of Redis without the password", async () => {
    const redis = [`deploy/${RELEASE}-redis`, "--namespace", NAMESPACE, "--"];
    const ask = (...command: string[]) => kubectl(project, "exec", ...redis, ...command);
    assert.match(await ask("env", "-u", "REDISCLI_AUTH", "redis-cli", "ping"), /NOAUTH/);
    assert.match(await ask("redis-cli", "ping"), /PONG/);
    assert.match(await ask("redis-cli", "config", "get", "*"), /NOPERM/);
  });

  it("lets pods reach exactly whom they must, and refuses all others, in one look", async () => {
    const other = ["outsiders", "monitoring"];
    for (const namespace of other) {
      await kubectl(project, "create", "namespace", namespace);
    }
    const as = (name: string, app: string): Caller => ({
      namespace: NAMESPACE,
      name,
      labels: { app, release: RELEASE, "app.kubernetes.io/name": "soc-agent" },
    });
    const stranger = (namespace: string): Caller => ({ namespace, name: "stranger" });
    const outside = ["dns", "internet", "internet:80", "metadata", "metadata:443"];
    const expected: readonly (readonly [Caller, readonly string[]])[] = [
      [as("as-backend", "soc-backend"), ["dns", "internet", "redis"]],
      [as("as-frontend", "soc-frontend"), ["backend", "dns"]],
      [as("as-redis", "redis"), []],
      [as("as-test", "soc-test"), ["backend", "dns", "frontend"]],
      [stranger(NAMESPACE), outside],
      [stranger("outsiders"), outside],
      [stranger("monitoring"), ["backend", ...outside]],
      [stranger("ingress-nginx"), ["backend", ...outside, "frontend"]],
    ];
    const callers = expected.map(([caller]) => caller);
    const [host, node] = WORKERS;
    const answering = await standIns(images.backend, host, [node]);
    // helm test's own policy lives only as long as its pod.
    const rendered = await helm(
      ...["template", RELEASE, "./charts/soc-agent", "--values=values.json"],
      "--show-only=templates/tests/test-networkpolicy.yaml",
    );
    project.write("test-policy.yaml", rendered);
    await kubectl(project, "apply", "--namespace", NAMESPACE, "-f", "test-policy.yaml");
    await create(answering, ...callerPods(callers, images.backend, node));
    const ready = ["wait", "--for=condition=Ready", "--timeout=60s", "--namespace=default"];
    await kubectl(project, ...ready, "pod/outside");
    const targets = await targetsOf(project, NAMESPACE, RELEASE);

    const wanted = Object.fromEntries(
      expected.map(([{ namespace, name }, reached]) => [
        `${namespace}/${name}`,
        [...reached].sort(),
      ]),
    );
    let seen: Record<string, string[]> = {};
    // A policy takes some seconds to know a new pod, and the callers are new.
    const settled = until("the policies' effect", 40, async () => {
      seen = Object.fromEntries(
        await Promise.all(
          callers.map(async (caller) => [
            `${caller.namespace}/${caller.name}`,
            await reach(project, caller, targets),
          ]),
        ),
      ) as Record<string, string[]>;
      return JSON.stringify(seen) === JSON.stringify(wanted) || undefined;
    });
    await settled.catch(() => assert.deepEqual(seen, wanted));

    // The kubelet's probes pass all the while.
    for (const app of ["soc-backend", "soc-frontend", "redis"]) {
      const real = (await podsOf(app)).filter(({ metadata }) => !/^as-/.test(metadata.name));
      assert.ok(real.length > 0);
      for (const { metadata, status } of real) {
        const [container] = status.containerStatuses ?? [];
        assert.deepEqual([container?.ready, container?.restartCount], [true, 0], metadata.name);
      }
    }
    await kubectl(project, "delete", "--wait=false", "-f", "objects.json");
    const policy = ["--namespace", NAMESPACE, "-f", "test-policy.yaml"];
    await kubectl(project, "delete", ...policy);
  });

  // Twenty changes, each upgrade and each rollback clean.
  let revision: string;
  let base: string;
  const manifest = async () => (await helm("get", "manifest", RELEASE)).trim();

  it("is upgraded to where the upgrades start from", async () => {
    revision = /REVISION: (\d+)/.exec(await apply("upgrade"))?.[1] ?? "";
    base = await manifest();
  });

  const all = upgrades(process.env["E2E_UPGRADES"] === "each");

  it("has twenty changes to go through, none undone by another of the same upgrade", () => {
    const changes = Object.entries(VALUE_SETS);
    assert.equal(changes.length, 20);
    const undone = changes.filter(
      ([name, change]) =>
        !all.some(
          ([title, values]) =>
            title.includes(name) && isDeepStrictEqual(mergeValues(values, change), values),
        ),
    );
    assert.deepEqual(undone, []);
  });

  for (const [title, values] of all) {
    it(`is upgraded to ${title}, and rolled back`, async () => {
      const upgraded = await apply("upgrade", values);
      assert.match(upgraded, /STATUS: deployed/);
      // The notes tell of a host that is not this machine's that everybody may come to it. Nothing else is warned of.
      const said = upgraded.replace(/^WARNING: no login .*$/m, "");
      assert.doesNotMatch(said, /warning|PodSecurity/i);
      assert.notEqual(await manifest(), base, "the upgrade changed nothing");

      const rollback = ["rollback", RELEASE, revision, "--wait", "--timeout=90s"];
      const back = await helm(...rollback, "--history-max=50");
      assert.match(back, /Rollback was a success/);
      assert.doesNotMatch(back, /warning/i);
      assert.equal(await manifest(), base, "the rollback is not what was before");
    });
  }

  it("has left nothing behind after them but the volume, whose data is meant to stay", async () => {
    const owned = await objects<Seen<{ kind: string }>>(
      project,
      "deployments,statefulsets,services,ingresses,networkpolicies,secrets,pvc",
      ...["--namespace", NAMESPACE, "-l", "app.kubernetes.io/name=soc-agent"],
    );
    const rendered = parseAllDocuments(base).map(
      (document) => document.toJS() as Seen<{ kind: string }> | null,
    );
    const known = new Set(rendered.map((one) => `${one?.kind} ${one?.metadata.name}`));
    assert.deepEqual(
      owned
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
        .filter((one) => !known.has(one)),
      [`PersistentVolumeClaim data-${RELEASE}-redis-0`],
    );
  });

  it("has the same password of Redis after all of them, and has restarted Redis for no other reason", async () => {
    const secretOf = () =>
      kubectl(
        project,
        ...["get", "secret", `${RELEASE}-redis`, "--namespace", NAMESPACE],
        ...["-o", "jsonpath={.data.redis-password}"],
      );
    const [password, pods] = [await secretOf(), await podsOf("redis")];
    await apply("upgrade", { frontend: { replicaCount: 2 } });
    assert.match(password, /^[A-Za-z0-9+/=]{40,}$/);
    assert.equal(await secretOf(), password);
    assert.deepEqual(
      (await podsOf("redis")).map(({ metadata }) => metadata.name),
      pods.map(({ metadata }) => metadata.name),
    );
  });

  it("is rendered the same twice and, applied twice, changes nothing and replaces no pod", async () => {
    type Live = Seen<{ kind: string; metadata: { uid: string; generation?: number } }>;
    const into = ["--namespace", "gitops"];
    const rendering = ["template", "soc-agent", "./charts/soc-agent", "--values=values.json"];
    // An autoscaler may well make pods in between, and those are none of the rendering's.
    const flags = ["--no-hooks", "--set=backend.hpa.enabled=false"];
    const rendered = () => project.must("helm", [...rendering, ...into, ...flags]);
    const text = await rendered();
    assert.equal(await rendered(), text);
    project.write("gitops.yaml", text);

    await kubectl(project, "create", "namespace", "gitops");
    const applied = async () => {
      await kubectl(project, "apply", "--server-side", "-f", "gitops.yaml");
      const ready = ["wait", "--for=condition=Available", "deployments", "--all"];
      await kubectl(project, ...ready, "--timeout=90s", ...into);
      const kinds = "deployments,jobs,networkpolicies,services,roles,configmaps,secrets,pods";
      const found = await objects<Live>(project, kinds, ...into);
      return found.map(({ kind, metadata: { name, uid, generation } }) =>
        [kind, name, uid, generation].join(" "),
      );
    };
    const first = await applied();
    assert.ok(first.some((one) => one.startsWith("Job soc-agent-redis-password-")));
    assert.deepEqual(await applied(), first);
    await kubectl(project, "delete", "namespace", "gitops", "--wait=false");
  });

  it("works with a managed Redis over TLS, its password and its authority from Secrets", async () => {
    const external = await tlsRedis(project, "outsiders", "soc", REDIS_PASSWORD);
    await create(...external.objects, secret("redis-ca", { "ca.crt": external.ca }));
    const ready = ["wait", "--for=condition=Ready", "--timeout=60s", "--namespace=outsiders"];
    await kubectl(project, ...ready, "pod/tls-redis");
    const { host, port } = external;
    const secrets = { existingSecret: "redis-password", caSecret: "redis-ca" };
    await apply("upgrade", {
      ...TRIGGER,
      redis: {
        enabled: false,
        external: { enabled: true, host, port, username: "soc", ...secrets },
      },
    });
    assert.match(await helm("test", RELEASE, "--logs"), /ok +trigger\n(?:.*\n)*?ok +list/);
    await apply("upgrade");
  });

  it("leaves five pods that the HPA has made, on an upgrade, without the HPA, and on a rollback", async () => {
    const replicas = async () =>
      Number(
        await kubectl(
          project,
          ...["get", "deployment", `${RELEASE}-backend`, "--namespace", NAMESPACE],
          ...["-o", "jsonpath={.spec.replicas}"],
        ),
      );
    const scale = { backend: { hpa: { minReplicas: 5 } } };
    await apply("upgrade", scale);
    await until("five pods by the HPA", 60, async () => ((await replicas()) === 5 ? 5 : undefined));
    await apply("upgrade", mergeValues(scale, { backend: { env: { LOG_LEVEL: "DEBUG" } } }));
    assert.equal(await replicas(), 5);
    const off = { backend: { hpa: { enabled: false }, env: { LOG_LEVEL: "DEBUG" } } };
    const told = await apply("upgrade", off);
    assert.match(told, /backend\.replicaCount \(1\) has no effect/);
    assert.equal(await replicas(), 5);
    await helm("rollback", RELEASE, "--wait", "--timeout=90s", "--history-max=50");
    assert.equal(await replicas(), 5);
    const deployments = parseAllDocuments(await helm("get", "manifest", RELEASE))
      .map((document) => document.toJS() as Seen<apps.v1.Deployment> | null)
      .filter((object) => object?.metadata.name === `${RELEASE}-backend`);
    const [deployment] = deployments.filter((object) => object?.kind === "Deployment");
    assert.ok(deployment?.spec && !("replicas" in deployment.spec));
  });

  it("runs twice in one release, each Service with its own pods, of which each can be evicted", async () => {
    const namespace = "twice";
    const each = mergeValues(QUICK, imageValues);
    const parent = {
      dependencies: [{ alias: "blue" }, { alias: "green" }],
      values: { blue: each, green: each },
    };
    const where = ["--kubeconfig", KUBECONFIG, "--namespace", namespace];
    await withUmbrella(parent, (chart) =>
      project.must("helm", [
        ...["install", "soc", chart, ...where, "--create-namespace"],
        ...["--wait", "--timeout=90s"],
      ]),
    );
    const slices = await objects<EndpointSlice>(project, "endpointslices", "-n", namespace);
    assert.equal(slices.length, 6);
    for (const { metadata, endpoints } of slices) {
      const service = metadata.labels?.["kubernetes.io/service-name"];
      assert.equal(endpoints.length, 1, service);
      assert.match(endpoints[0]?.targetRef?.name ?? "", new RegExp(`^${service}-`));
    }
    for (const { metadata } of await objects<Pod>(project, "pods", "-n", namespace)) {
      const { name } = metadata;
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name } };
      project.write("eviction.json", JSON.stringify(eviction));
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction?dryRun=All`;
      await kubectl(project, "create", "--raw", path, "-f", "eviction.json");
    }
    await kubectl(project, "delete", "namespace", namespace, "--wait=false");
  });

  it("lets a node be drained", async () => {
    const [, node] = WORKERS;
    const flags = ["--ignore-daemonsets", "--delete-emptydir-data", "--force"];
    await kubectl(project, "drain", node, ...flags, "--timeout=90s");
    await kubectl(project, "uncordon", node);
    const left = await objects<Pod>(project, "pods", "--namespace", NAMESPACE);
    assert.ok(!left.some(({ spec }) => spec.nodeName === node));
  });

  it("keeps the stack's secrets in their Secrets and nowhere else", async () => {
    const inBackend = ["deploy/soc-agent-backend", "--namespace=soc-agent", "--", "printenv"];
    const printed = (name: string) => kubectl(project, "exec", ...inBackend, name);
    assert.equal((await printed("OPENAI_API_KEY")).trim(), CANARY);
    const password = (await printed("REDIS_PASSWORD")).trim();
    assert.ok(password.length >= 32);

    const places = [
      ["the output of up", firstUp] as const,
      ...(await placesOf(project, "soc-agent")),
    ];
    for (const [place, text] of places) {
      assert.ok(text.length > 100, `${place} is empty`);
      for (const value of [CANARY, password]) {
        const forms = [value, Buffer.from(value).toString("base64")];
        assert.ok(!forms.some((form) => text.includes(form)), `a secret is in ${place}`);
      }
    }
    for (const image of Object.values(images)) {
      assert.equal(await inImage(image, "USER"), true, "what is in an image is found");
      assert.equal(await inImage(image, CANARY), false);
    }
  });

  it("is gone after helm uninstall, but for the volume's claim", async () => {
    await helm("uninstall", RELEASE, "--wait", "--timeout=60s");
    const { stdout } = await run("kubectl", [
      ...["--kubeconfig", project.path(KUBECONFIG), "--namespace", NAMESPACE, "get"],
      ...["all,ingresses,networkpolicies,pdb,configmaps,secrets,pvc,serviceaccounts"],
      ...["-l", "app.kubernetes.io/name=soc-agent", "-o", "name"],
    ]);
    const left = lines(stdout).filter((name) => !name.startsWith("pod/"));
    assert.deepEqual(left, [`persistentvolumeclaim/data-${RELEASE}-redis-0`]);
  });
});
