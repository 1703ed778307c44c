import * as pulumi from "@pulumi/pulumi";
import {
  accessOutputs,
  dashboardUrl,
  hasUntrustedCertificate,
  NAMESPACE as namespace,
} from "./access";
import { chartDefaults, chartValues, valuesProblems } from "./components/chart";
import { CertManager } from "./components/certManager";
import { wantedAddOns } from "./components/addOnNames";
import { AddOnRemoval } from "./components/addOnRemoval";
import { ExistingCluster } from "./components/existingCluster";
import { ImageLoad } from "./components/imageLoad";
import { imageRefs } from "./components/imageRefs";
import { Images, withDigests } from "./components/images";
import { ingressController } from "./components/ingressController";
import { KindCluster } from "./components/kindCluster";
import { MetricsServer } from "./components/metricsServer";
import { SocAgent } from "./components/socAgent";
import { configError, loadConfig } from "./config";
import { readMachine } from "./machine";
import { stackFiles } from "./machine/files";

export = async () => {
  // Read and check everything before the first resource.
  const stack = pulumi.getStack();
  const config = loadConfig();
  const files = stackFiles(stack);
  const refs = imageRefs(config.images);
  const values = chartValues(config, refs, chartDefaults());
  const problems = valuesProblems(values);
  if (problems.length > 0) {
    throw configError(problems);
  }
  const machine = await readMachine(config, files);

  // The images are built while the cluster starts.
  const images = new Images("images", {
    parts: config.images,
    refs,
    engine: machine.docker,
    login: config.registry.push,
  });
  const cluster =
    config.cluster.kind === "kind"
      ? new KindCluster("kind", {
          settings: config.cluster,
          kubeconfigFile: files.kubeconfig,
          namespace,
          found: machine.cluster,
        })
      : new ExistingCluster("existing", {
          settings: config.cluster,
          ...(machine.context && { context: machine.context }),
        });
  const { inside } = cluster;

  const loaded =
    cluster instanceof KindCluster
      ? [
          cluster.ready,
          new ImageLoad(
            "image-load",
            {
              clusterName: cluster.clusterName,
              identity: cluster.identity,
              unseen: machine.cluster === undefined,
              files,
              refs: Object.values(refs),
            },
            { dependsOn: images },
          ),
        ]
      : [images];

  const { ingress, metricsServer } = config;
  const removed =
    cluster instanceof KindCluster
      ? [
          new AddOnRemoval(
            "add-ons",
            { wanted: wantedAddOns(config), kubeconfigFile: files.kubeconfig },
            { ...inside, dependsOn: [cluster] },
          ),
        ]
      : [];
  const addOn = { ...inside, dependsOn: removed };
  const waiting = { timeout: config.timeout, credentials: cluster.credentials };
  const { charts } = machine;
  const controller = { ...ingress, source: charts.ingress, waiting };
  const entry = ingress.install ? [ingressController(controller, addOn)] : [];
  if (metricsServer.install) {
    const onKind = config.cluster.kind === "kind";
    new MetricsServer("metrics-server", { source: charts.metricsServer, onKind, waiting }, addOn);
  }

  if (config.certManager.install) {
    const { issuer, email = "" } = config.certManager;
    const settings = { source: charts.certManager, issuer, email, className: ingress.className };
    new CertManager("cert-manager", { ...settings, waiting }, addOn);
  }

  const url = dashboardUrl(config, values);
  new SocAgent(
    "soc-agent",
    {
      namespace,
      values: withDigests(values, refs, images.digests),
      openaiApiKey: config.openaiApiKey,
      atomic: config.cluster.kind === "existing",
      waiting,
      url,
      pull: config.registry.pull,
      smoke: { ...config.smokeCheck, untrusted: hasUntrustedCertificate(values) },
      entry,
    },
    { ...inside, dependsOn: loaded },
  );

  return accessOutputs(config, files, { url, namespace, stack });
};
