import * as assert from "node:assert/strict";
import { dryInstall, NAMESPACE } from "./support/dryInstall";
import { type Values, VERSION } from "./support/helm";
import { EXTERNAL_REDIS, FULL, GATEWAY, LOGIN, MINIMAL, PRODUCTION } from "./support/profiles";

describe("chart: NOTES.txt", function () {
  this.timeout(60_000);

  /** What a user reads after `helm install demo` into the namespace `soc`. */
  const notes = async (values: Values = {}): Promise<string> =>
    (await dryInstall(values, { release: "demo" })).notes;

  it("says what is deployed and where, how to open it and how to check it", async () => {
    assert.equal(
      await notes(),
      [
        `SOC Agent System 2.0.0 (soc-agent-${VERSION}) is deployed: release demo, revision 1, namespace soc.`,
        "",
        "  backend   2 x soc-backend:latest",
        "  frontend  1 x soc-frontend:latest",
        "  redis     1 x redis:7-alpine",
        "",
        "Open the application:",
        "  SOC Dashboard: http://localhost:8080    (Kind, with the host's port 8080 mapped to the ingress controller)",
        "  kubectl port-forward svc/demo-soc-agent-backend 8000:8000 --namespace soc    then http://localhost:8000/health",
        "",
        "Test it:",
        "  helm test demo --logs --namespace soc",
        "",
        "Check the pods:",
        "  kubectl get pods -l app=soc-backend --namespace soc",
        "  kubectl get pods -l app=redis --namespace soc",
        "  kubectl logs -l app=soc-backend --tail=50 --namespace soc",
        "",
        "Check the autoscaler (a CPU figure instead of <unknown> needs metrics-server):",
        "  kubectl get hpa --namespace soc",
        "",
        "Check the Redis connection:",
        "  kubectl exec -it deploy/demo-soc-agent-backend --namespace soc -- env | grep REDIS_URL",
        "",
      ].join("\n"),
    );
  });

  it("speaks of https where there is TLS", async () => {
    assert.match(await notes(PRODUCTION), /^ {2}SOC Dashboard: https:\/\/soc\.example\.com$/m);
  });

  it("speaks of http where there is none", async () => {
    const paths = [{ path: "/", pathType: "Prefix", backend: "frontend" }];
    const text = await notes({ ingress: { hosts: [{ host: "soc.example.com", paths }] } });
    assert.match(text, /^ {2}SOC Dashboard: http:\/\/soc\.example\.com$/m);
  });

  it("speaks of any name where there is a wildcard, and of https where a certificate has one", async () => {
    const hosts = (...names: string[]) => names.map((host) => ({ host }));
    const dashboards = async (values: Values) =>
      (await notes(values)).match(/(?<=SOC Dashboard: )\S+( name>\S+)?/g);
    const ingress = {
      hosts: hosts("*.example.com", "soc.example.com", "a.soc.example.com", "*.example.org"),
      tls: [{ secretName: "tls", hosts: ["*.example.com"] }],
    };
    assert.deepEqual(await dashboards({ ingress }), [
      "https://<any name>.example.com",
      "https://soc.example.com",
      "http://a.soc.example.com",
      "http://<any name>.example.org",
    ]);
    const gateway = { ...GATEWAY, ingress: { enabled: false, hosts: hosts("*.example.com") } };
    assert.deepEqual(await dashboards(gateway), ["http(s)://<any name>.example.com"]);
    const covered = {
      hosts: hosts("*.example.com"),
      tls: [{ secretName: "a", hosts: ["soc.example.com"] }],
    };
    assert.doesNotMatch(await notes({ ingress: covered }), /WARNING: ingress/);
  });

  it("warns of an address that everybody may come to, and names the provider of a login", async () => {
    const at = (host: string) => ({ ingress: { hosts: [{ host }] } });
    const warning =
      /WARNING: no login \(auth\.enabled=false\)\. Whoever reaches soc\.example\.com may/;
    assert.match(await notes(at("soc.example.com")), warning);
    assert.doesNotMatch(await notes(at("localhost")), /no login/);
    const text = await notes({ ...LOGIN, ...at("soc.example.com") });
    assert.doesNotMatch(text, /no login/);
    assert.match(
      text,
      /^Login: https:\/\/login\.example\.com:8443\/realms\/soc, .* back to https:\/\/soc\.example\.com\/oauth2\/callback$/m,
    );
  });

  it("shows the way through a load balancer and through a node's port", async () => {
    const way = async (type: string) => {
      const service = { type, port: 8088 };
      const text = await notes({ frontend: { service }, backend: { service } });
      return text.split("\n").filter((line) => line.includes("jsonpath"));
    };
    const ask = (part: string) =>
      `  kubectl get svc demo-soc-agent-${part} --namespace soc -o jsonpath=`;
    const address = `"{.status.loadBalancer.ingress[0]['ip','hostname']}"`;
    assert.deepEqual(await way("LoadBalancer"), [
      `${ask("frontend")}${address}    then http://<what it prints>:8088`,
      `${ask("backend")}${address}    then http://<what it prints>:8088/health`,
    ]);
    const port = '"{.spec.ports[0].nodePort}"';
    assert.deepEqual(await way("NodePort"), [
      `${ask("frontend")}${port}    then http://<any node>:<what it prints>`,
      `${ask("backend")}${port}    then http://<any node>:<what it prints>/health`,
    ]);
    assert.deepEqual(await way("ClusterIP"), []);
  });

  it("says how to come by a name where no Ingress has one", async () => {
    const hint = /By a name instead of an address\? Add the name to backend\.env\.ALLOWED_HOSTS\./;
    assert.match(await notes({ frontend: { service: { type: "LoadBalancer" } } }), hint);
    assert.doesNotMatch(await notes(), hint);
  });

  it("warns of a backend that answers to any name, and says why it does", async () => {
    const any = /WARNING: (.*), so the backend answers to any name\. /;
    const reason = async (values: Values) => any.exec(await notes(values))?.[1];
    assert.equal(
      await reason({ ingress: { hosts: [{ host: "" }] } }),
      "ingress.hosts has an entry without a host",
    );
    assert.equal(
      await reason({ backend: { env: { ALLOWED_HOSTS: "*" } } }),
      "backend.env.ALLOWED_HOSTS has a *",
    );
    assert.equal(await reason({ backend: { env: { ALLOWED_HOSTS: "*.example.com" } } }), undefined);
  });

  it("shows the way without an Ingress", async () => {
    const text = await notes(MINIMAL);
    assert.doesNotMatch(text, /SOC Dashboard/);
    assert.match(text, /kubectl port-forward svc\/demo-soc-agent-frontend 8080:80 --namespace soc/);
  });

  it("leaves out what is switched off, and warns of a memory that is lost", async () => {
    const text = await notes(MINIMAL);
    assert.match(text, /^ {2}redis {5}not installed$/m);
    assert.doesNotMatch(text, /app=redis|get hpa/);
    assert.match(text, /WARNING: no Redis\. The one backend pod keeps all threats in its memory/);
    assert.doesNotMatch(await notes(), /WARNING/);
  });

  it("names an external Redis, a volume and the Gateway's hosts", async () => {
    assert.match(await notes(EXTERNAL_REDIS), /^ {2}redis {5}cache\.example\.com, external$/m);
    const persistent = await notes({ redis: { persistence: { enabled: true } } });
    assert.match(persistent, /^ {2}redis {5}1 x redis:7-alpine, on a volume$/m);
    const gateway = { ...GATEWAY, ingress: { enabled: false } };
    assert.match(
      await notes(gateway),
      /^ {2}SOC Dashboard: http\(s\):\/\/localhost {4}\(as the Gateway/m,
    );
  });

  it("says what becomes of Redis's data where it moves to a volume, or off it", async () => {
    const note = async (enabled: boolean, kind: "Deployment" | "StatefulSet") => {
      const redis = { apiVersion: "apps/v1", kind, metadata: { name: "demo-soc-agent-redis" } };
      const live = [{ ...redis, metadata: { ...redis.metadata, namespace: NAMESPACE } }];
      const values = { redis: { persistence: { enabled } } };
      const { notes } = await dryInstall(values, { release: "demo", live });
      return /NOTE: Redis moved .*\n.*/.exec(notes)?.[0];
    };
    const claim = /volume claim data-demo-soc-agent-redis-0/;
    const onto = await note(true, "Deployment");
    assert.match(onto ?? "", claim);
    assert.match(onto ?? "", /in memory is gone, this once;[^]*redis\.persistence\.enabled=false/);
    const off = await note(false, "StatefulSet");
    assert.match(off ?? "", claim);
    assert.match(off ?? "", /to memory and began empty\./);
    assert.equal(await note(true, "StatefulSet"), undefined);
    assert.equal(await note(false, "Deployment"), undefined);
  });

  describe("on traces", () => {
    const warning = async (endpoint: string, networkPolicy: Values = {}) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      return /(?:WARNING|NOTE): .*OTLP[^]*/.exec(
        await notes({ backend: { env }, networkPolicy }),
      )?.[0];
    };
    const egress = (...ports: unknown[]) => ({ backend: { egress: [{ to: [], ports }] } });

    it("warns where the policy cannot know the collector's address, with the value to set", async () => {
      const text = await warning("https://otlp.eu.example.com:4318");
      assert.match(
        text ?? "",
        /otlp\.eu\.example\.com is outside of the cluster.*does not let traces out/,
      );
      assert.match(text ?? "", /networkPolicy\.backend\.egress.*\n.*port: 4318/);
      assert.match(
        (await warning("https://otlp.eu.example.com", egress({ port: 9 }))) ?? "",
        /does not/,
      );
    });

    it("says for what it takes a name that may be either", async () => {
      assert.match(
        (await warning("http://otel.example:4317")) ?? "",
        /takes otel\.example for the Service otel in the namespace example/,
      );
    });

    it("is silent where traces arrive", async () => {
      for (const endpoint of [
        "",
        "http://otel:4317",
        "http://otel.obs.svc:4317",
        "http://10.0.0.5:4317",
      ]) {
        assert.equal(await warning(endpoint), undefined, endpoint);
      }
      const outside = "https://otlp.eu.example.com:4318";
      assert.equal(await warning(outside, { enabled: false }), undefined);
      assert.equal(await warning(outside, egress({ port: 4318, protocol: "TCP" })), undefined);
    });
  });

  it("names the namespace that objects are moved to, but for helm test", async () => {
    const text = await notes({ namespaceOverride: "security" });
    assert.match(text, /revision 1, namespace security\./);
    assert.match(text, /helm test demo --logs --namespace soc\n/);
    assert.doesNotMatch(text.replace(/helm test.*/, ""), /--namespace soc/);
  });

  it("warns of a certificate for a host that nothing answers on", async () => {
    const tls = [{ secretName: "a", hosts: ["localhost", "*.example.com", "soc.example.com"] }];
    const warnings = (await notes({ ingress: { tls } })).match(/WARNING.*/g);
    assert.deepEqual(warnings, [
      "WARNING: ingress.tls has a certificate for soc.example.com, but ingress.hosts has no such host: nothing answers there.",
    ]);
    assert.doesNotMatch(await notes(FULL), /WARNING/);
  });
});
