import * as assert from "node:assert/strict";
import { accessOutputs } from "../../../plan/access";
import { dashboardUrl } from "../../../plan/url";
import type { ChartOverrides } from "../../../plan/chart";
import { withDefaults } from "../../../config/defaults";
import { stackFiles } from "../../../machine/files";

const existing = withDefaults({
  cluster: { existing: { kubeconfig: "/kube.yaml", context: "gke" } },
  ingress: { host: "soc.example.com" },
});

describe("dashboardUrl", () => {
  it("has the host's port on Kind", () => {
    const config = withDefaults({
      cluster: { kind: { httpPort: 9090 } },
      ingress: { host: "soc.localtest.me" },
    });
    assert.equal(dashboardUrl(config, {}), "http://soc.localtest.me:9090");
  });

  it("is HTTPS where the Ingress has a certificate, in either form", () => {
    const url = (tls: NonNullable<ChartOverrides["ingress"]>["tls"]) =>
      dashboardUrl(existing, { ingress: { tls } });
    assert.equal(url([]), "http://soc.example.com");
    assert.equal(url([{ secretName: "tls" }]), "https://soc.example.com");
    assert.equal(url({ enabled: true, secretName: "tls" }), "https://soc.example.com");
    assert.equal(url({ enabled: false }), "http://soc.example.com");
  });
});

describe("accessOutputs", () => {
  it("names the context and the namespace where the kubeconfig is not the stack's own", () => {
    const outputs = accessOutputs(existing, stackFiles("prod"), {
      url: "https://soc.example.com",
      namespace: "soc-agent",
      stack: "prod",
    });
    assert.equal(
      outputs["pods"],
      "kubectl --kubeconfig /kube.yaml --context gke --namespace soc-agent get pods",
    );
    assert.equal(outputs["kubeconfig"], undefined);
  });
});
