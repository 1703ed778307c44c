import * as assert from "node:assert/strict";
import { type ApiServer, startApiServer } from "./support/apiServer";
import { CHART, helm, type Values, VERSION } from "./support/helm";
import { EXTERNAL_REDIS, FULL, GATEWAY, MINIMAL, PRODUCTION } from "./support/profiles";

describe("chart: NOTES.txt", function () {
  this.timeout(60_000);

  let api: ApiServer;
  before(async () => {
    api = await startApiServer();
  });
  after(() => api.close());

  /** What a user reads after `helm install demo` into the namespace `soc`. */
  const notes = async (values: Values = {}): Promise<string> => {
    const { code, stdout, stderr } = await helm(
      [
        ...["install", "demo", CHART, "--namespace", "soc", "--values", "-", "--output", "json"],
        ...["--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", api.url],
      ],
      JSON.stringify(values),
    );
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { info: { notes: string } }).info.notes;
  };

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

  it("warns of a certificate for a host that nothing answers on", async () => {
    const tls = [{ secretName: "a", hosts: ["localhost", "*.example.com", "soc.example.com"] }];
    const warnings = (await notes({ ingress: { tls } })).match(/WARNING.*/g);
    assert.deepEqual(warnings, [
      "WARNING: ingress.tls has a certificate for soc.example.com, but ingress.hosts has no such host: nothing answers there.",
    ]);
    assert.doesNotMatch(await notes(FULL), /WARNING/);
  });
});
