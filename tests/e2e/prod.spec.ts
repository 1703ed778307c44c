/** The prod stack on a cluster that exists, with a registry in between. Tests build on each other. */
import * as assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { mergeValues, type Values } from "../../config/values";
import type { Seen } from "../../machine/kubernetes";
import { must, run } from "../../machine/run";
import { committed, mirrors, Project } from "../support/project";
import { allDone } from "../support/together";
import { selfSigned } from "../support/certificate";
import { until } from "../support/until";
import { launch, Window } from "./support/browser";
import { Cloud, CLOUD, CONTEXT } from "./support/cloud";
import { COLLECTOR, DEFINITIONS, ENDPOINT, WATCH } from "./support/foreignCollector";
import { LOGINS, Registry } from "../support/registry";
import { pushStackImages } from "./support/stackImages";
import { askAt, CLUSTER, HTTP_PORT, HTTPS_PORT, nodeContainers, type Pod } from "./support/stack";

const STACK = "prod";
/** Name of the Kind cluster that the stack is moved to. */
const OWN = `${CLUSTER}-own`;
const HOST = "soc.example.com";

/** Smaller requests, for machines of two cores: production's four pods ask for two by themselves. */
const SMALL_REQUESTS: Values = {
  backend: { resources: { requests: { cpu: "50m", memory: "128Mi" } } },
};

/** An observability stack that the cluster has already. */
const EXISTING: Values = {
  existing: {
    endpoint: ENDPOINT,
    links: { trace: "https://jaeger.example.com/trace/{trace_id}" },
  },
};

describe("the prod stack on a cluster that exists", function () {
  this.timeout("10m");
  const cloud = new Cloud();
  let project: Project;
  let registry: Registry;
  /** Of the observability stack's images, which nodes pull without a login. */
  let mirror: Registry;
  let stackImages: Promise<Values>;
  let observability = EXISTING;

  /** The committed stack file, with this test's cluster and registry in place of the example's. */
  const configure = (existing: Values, values: Values = {}) => {
    project.configure(
      STACK,
      mergeValues(committed("prod"), {
        cluster: { existing: { kubeconfig: cloud.kubeconfig, context: CONTEXT, ...existing } },
        images: {
          registry: `${registry.name}/my-project`,
          pushUsername: LOGINS.push.username,
          pullUsername: LOGINS.pull.username,
        },
        smokeCheck: { address: `127.0.0.1:${HTTPS_PORT}`, ca: "ca.pem" },
        observability,
        values: mergeValues(SMALL_REQUESTS, values),
      }),
    );
  };
  const secrets = async () => {
    for (const use of ["push", "pull"] as const) {
      const name = `registry${use === "push" ? "Push" : "Pull"}Password`;
      const set = ["config", "set", "--secret", "--stack", STACK, `soc-agent:${name}`];
      await project.must("pulumi", [...set, LOGINS[use].password]);
    }
  };
  const pulumi = (command: string, ...args: string[]) =>
    project.start("pulumi", [command, "--yes", "--skip-preview", "--stack", STACK, ...args]).ended;
  const succeeds = async (command: string, ...args: string[]) => {
    const { code, output } = await pulumi(command, ...args);
    assert.equal(code, 0, output.slice(-6000));
    return output;
  };
  /**
   * `npm run up` to the existing cluster.
   *
   * @param consent options that let it delete what it replaces
   */
  const comesUp = async (...consent: "--yes"[]) => {
    configure({ allowKind: true });
    await secrets();
    // The way to where traces go is one that nobody has agreed to.
    await project.must("npm", ["run", "policy", "--", "--stack", STACK, "--write"]);
    const up = project.must("npm", ["run", "up", "--", "--stack", STACK, ...consent]);
    // A certificate of one's own is put into the namespace as soon as there is one.
    const created = until("the namespace, and the certificate in it", 150, async () => {
      const files = [`--cert=${project.path("ca.pem")}`, `--key=${project.path("tls.key")}`];
      return cloud.kubectl("-n", "soc-agent", "create", "secret", "tls", "soc-agent-tls", ...files);
    });
    const [output] = await Promise.all([up, created]);
    assert.match(output, /https:\/\/soc\.example\.com answers: \/health, \/api\/threats, \//);
    assert.doesNotMatch(output, /was not checked/);
    assert.equal(JSON.parse(await curl("/health")).status, "healthy");
  };
  /** As a user without the name in the DNS would ask. */
  const curl = (path: string, ...args: string[]) =>
    must("curl", [
      ...["--silent", "--show-error", "--fail", "--max-time", "10"],
      ...["--cacert", project.path("ca.pem"), "--resolve", `${HOST}:${HTTPS_PORT}:127.0.0.1`],
      ...args,
      `https://${HOST}:${HTTPS_PORT}${path}`,
    ]);
  /** Has a threat made. @returns it, as JSON */
  const triggered = () => {
    const json = ["--header", "content-type: application/json"];
    return curl("/api/threats/trigger", ...json, "--data", '{"threat_type":"bot_traffic"}');
  };

  before(async () => {
    // The ambient kubeconfig is one that nothing could be done with.
    // Each is known once it is there, so that `after` ends it also where another one does not start.
    await allDone([
      Registry.start().then((started) => (registry = started)),
      Registry.start("open").then((started) => (mirror = started)),
      Project.copy("installed", { KUBECONFIG: "/nonexistent/kubeconfig" }).then(
        (copy) => (project = copy),
      ),
      cloud.create(),
    ]);
    await cloud.mirror(registry.name, await registry.openFor("kind", "http"));
    await cloud.mirror(mirror.name, await mirror.openFor("kind", "http"));
    stackImages = pushStackImages(mirror);
    // It is awaited by the test that wants them, until which a failure of it is nobody's.
    stackImages.catch(() => undefined);
    await Promise.all([
      cloud.installIngress(),
      cloud.kubectl("apply", "--server-side", ...DEFINITIONS.map((file) => `--filename=${file}`)),
      cloud.apply(COLLECTOR),
    ]);
    const files = { certificate: project.path("ca.pem"), key: project.path("tls.key") };
    await selfSigned(HOST, files);
    await project.must("pulumi", ["stack", "select", "--create", "--stack", STACK]);
  });
  after(async () => {
    await must("kind", ["delete", "cluster", "--name", OWN]);
    await cloud.remove();
    await allDone([registry?.stop(), mirror?.stop()]);
    project?.remove();
  });

  it("refuses a context that is not there, and a Kind cluster, before anything is made", async () => {
    configure({ context: "soc-production" });
    await secrets();
    const missing = await pulumi("up");
    assert.notEqual(missing.code, 0);
    assert.match(missing.output, /has no context "soc-production", only: kind-.*, other\./);

    configure({});
    await secrets();
    const local = await pulumi("up");
    assert.notEqual(local.code, 0);
    assert.match(
      local.output,
      new RegExp(`"${CONTEXT}" is the Kind cluster "${CLOUD}".*allowKind`),
    );
    await assert.rejects(cloud.kubectl("get", "namespace", "soc-agent"), /not found/);
  });

  it("comes up: pushed, pulled and answering over HTTPS with the certificate in the Secret", async () => {
    await comesUp();
    await triggered();
    assert.equal(JSON.parse(await curl("/api/threats")).length, 1);
  });

  it("serves the observability stack that exists: its operator, its Grafana, its collector", async () => {
    const made = ["servicemonitors,prometheusrules,configmaps", "--output", "name"];
    const grafana = ["--selector", "grafana_dashboard=1"];
    const names = await cloud.kubectl("--namespace", "soc-agent", "get", ...made);
    assert.match(names, /^servicemonitor\.monitoring\.coreos\.com\/soc-agent-backend$/m);
    assert.match(names, /^prometheusrule\.monitoring\.coreos\.com\/soc-agent$/m);
    type Dashboards = Seen<{ readonly data: Readonly<Record<string, string>> }>;
    const [dashboards, ...more] = await cloud.objects<Dashboards>("configmaps", ...grafana);
    assert.deepEqual(more, []);
    assert.equal(Object.keys(dashboards?.data ?? {}).length, 3);
    await assert.rejects(cloud.kubectl("get", "namespace", "monitoring"), /not found/);

    const links = await until("the collector, found by the backend", 60, async () => {
      const answer = JSON.parse(await curl("/api/observability"));
      return answer.available ? answer.links : undefined;
    });
    const trace = "https://jaeger.example.com/trace/{trace_id}";
    assert.deepEqual(links, { trace, logs: null });
    const { trace_id: id } = JSON.parse(await triggered());
    assert.match(id, /^[0-9a-f]{32}$/);
    await until("the threat's trace", 30, async () => {
      const log = await cloud.kubectl("--namespace", WATCH, "logs", "collector", "--tail=5000");
      return log.includes(id) || undefined;
    });
  });

  it("is live in a browser, over wss", async () => {
    // The browser trusts this one certificate, and nothing else is let pass.
    const pin = createHash("sha256").update(
      new X509Certificate(project.read("ca.pem")).publicKey.export({ type: "spki", format: "der" }),
    );
    const browser = await launch(
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${pin.digest("base64")}`,
    );
    try {
      const window = await Window.open(browser, `https://${HOST}:${HTTPS_PORT}`);
      const [threat] = JSON.parse(await curl("/api/threats"));
      await window.row(threat.id).waitFor();
      await window.close();
    } finally {
      await browser.close();
    }
  });

  it("runs four backend pods, by the digests that the registry has for the tags", async () => {
    for (const [part, count] of [
      ["backend", 4],
      ["frontend", 2],
    ] as const) {
      const pods = await cloud.objects<Pod>("pods", "-l", `app=soc-${part}`);
      assert.equal(pods.length, count);
      for (const { metadata, spec, status } of pods) {
        const ready = status.conditions?.find(({ type }) => type === "Ready")?.status;
        assert.equal(ready, "True", metadata.name);
        const [container] = spec.containers;
        const [, repository = "", tag = "", digest] =
          /^[^/]+\/(.+):(sha-[0-9a-f]{12})@(sha256:[0-9a-f]{64})$/.exec(container?.image ?? "") ??
          [];
        assert.equal(repository, `my-project/soc-${part}`, container?.image);
        assert.equal(digest, await registry.digestOf(repository, tag));
        assert.equal(container?.imagePullPolicy, "Always");
        assert.ok(status.containerStatuses?.[0]?.imageID.endsWith(String(digest)));
      }
    }
  });

  it("holds the namespace to Pod Security restricted", async () => {
    const privileged = ["run", "bad", "--image=redis:7-alpine", "--privileged", "--dry-run=server"];
    const refused = cloud.kubectl("--namespace", "soc-agent", ...privileged);
    await assert.rejects(refused, /violates PodSecurity "restricted/);
  });

  it("keeps the registry's passwords in Secrets only", async () => {
    const state = await project.must("pulumi", ["stack", "export", "--stack", STACK]);
    const manifest = await cloud.helm("get", "all", "soc-agent", "--namespace", "soc-agent");
    const pods = await cloud.kubectl("--namespace", "soc-agent", "get", "pods", "-o", "yaml");
    for (const text of [state, manifest, pods]) {
      assert.doesNotMatch(text, /-canary-/);
    }
    const secret = await cloud.kubectl(
      ...["--namespace", "soc-agent", "get", "secrets", "-o", "json"],
      ...["--field-selector", "type=kubernetes.io/dockerconfigjson"],
    );
    const [{ data }] = JSON.parse(secret).items;
    const config = Buffer.from(data[".dockerconfigjson"], "base64").toString();
    assert.ok(config.includes(LOGINS.pull.password) && !config.includes(LOGINS.push.password));
  });

  it("up again changes nothing", async () => {
    assert.match(await succeeds("up", "--expect-no-changes"), /\d+ unchanged/);
  });

  it("rolls back what cannot become ready, and up tries again", async () => {
    const envFrom = [{ secretRef: { name: "absent" } }];
    configure({ allowKind: true }, { frontend: { envFrom } });
    await secrets();
    const up = ["run", "up", "--", "--stack", STACK, "--yes"];
    const { code, output } = await project.run("npm", up);
    assert.notEqual(code, 0, output);
    assert.match(
      output,
      /Release soc-agent can never become ready:.*\n.*secret "absent" not found/,
    );
    assert.match(output, /Not ready in namespace soc-agent: 1 of \d+ pods/);
    assert.match(output, /Rolled back to revision 1, which is ready\./);
    assert.match(await curl("/"), /<html/);

    // Pulumi takes what it has made for there.
    const again = await pulumi("up");
    assert.notEqual(again.code, 0);
    assert.match(
      again.output,
      /Release soc-agent is at revision 3 \(Rollback to 1\), and Pulumi has made 2: npm run up upgrades it again/,
    );
    configure({ allowKind: true });
    await secrets();
    const drift = await project.run("npm", ["run", "--silent", "drift", "--", "--stack", STACK]);
    assert.equal(drift.code, 2, drift.output);
    assert.match(
      drift.output,
      /^release soc-agent\/soc-agent: revision 3 \(Rollback to 1\), made as 2$/m,
    );
    const upgraded = await project.must("npm", up);
    assert.match(upgraded, /^mending {2}Upgrading release soc-agent\/soc-agent again$/m);
    assert.match(upgraded, /https:\/\/soc\.example\.com answers/);
    await succeeds("up", "--expect-no-changes");
  });

  it("a preview without the kubeconfig changes nothing either, and says what it could not check", async () => {
    const hidden = `${cloud.kubeconfig}.hidden`;
    fs.renameSync(cloud.kubeconfig, hidden);
    try {
      const preview = ["preview", "--non-interactive", "--expect-no-changes", "--stack", STACK];
      const output = await project.must("pulumi", preview);
      assert.match(output, /Not checked in this preview: the cluster, because the kubeconfig/);
    } finally {
      fs.renameSync(hidden, cloud.kubeconfig);
    }
  });

  it("moves to a Kind cluster of its own: the existing cluster keeps nothing of it", async () => {
    const kind = { name: OWN, workers: 1, httpPort: HTTP_PORT + 4, httpsPort: HTTPS_PORT + 4 };
    const observability = { install: false };
    project.configure(STACK, mergeValues(mirrors(), { cluster: { kind }, observability }));
    const up = ["run", "up", "--", "--stack", STACK];
    const refused = await project.run("npm", up);
    assert.equal(refused.code, 2);
    assert.match(refused.output, /About to delete.*\n.*release soc-agent\/soc-agent/);
    assert.match(refused.output, /Nothing was deleted.*\n +npm run up -- --stack=prod --yes/);
    assert.match(await cloud.kubectl("get", "namespace", "soc-agent"), /Active/);
    await project.must("npm", [...up, "--yes"]);
    const url = `http://localhost:${kind.httpPort}`;
    assert.equal((await askAt<{ status: string }>(url, "/health")).status, "healthy");
    await assert.rejects(cloud.kubectl("get", "namespace", "soc-agent"), /not found/);
    await succeeds("up", "--expect-no-changes");
  });

  it("moves back to the existing cluster with an observability stack, and its own one is gone", async () => {
    // The rules want each image by digest, here as everywhere that is not on Kind.
    observability = { install: true, images: await stackImages };
    await comesUp("--yes");
    assert.deepEqual(await nodeContainers(OWN), []);
    assert.ok(!fs.existsSync(project.path(`.kube/${STACK}.yaml`)));
    await succeeds("up", "--expect-no-changes");
    const doctor = ["run", "doctor", "--", "observability", "--stack", STACK];
    await until("a threat that is seen everywhere", 90, () => project.must("npm", doctor));
  });

  it("destroy takes the release out of the cluster, and leaves the cluster", async () => {
    await succeeds("destroy");
    const releases = JSON.parse(await cloud.helm("list", "--all-namespaces", "--output", "json"));
    assert.deepEqual(
      releases.map(({ name }: { name: string }) => name),
      ["ingress-nginx"],
    );
    const { ok } = await run("docker", ["inspect", `${CLOUD}-control-plane`]);
    assert.ok(ok);
    for (const name of ["soc-agent", "monitoring", "monitoring-agents"]) {
      await assert.rejects(cloud.kubectl("get", "namespace", name), /not found/);
    }
    assert.equal((await cloud.kubectl("get", "--raw", "/readyz")).trim(), "ok");
  });
});
