import * as pulumi from "@pulumi/pulumi";
import { accessOutputs, dashboardUrl, NAMESPACE as namespace } from "./access";
import { chartDefaults, chartValues, valuesProblems } from "./components/chart";
import { wantedAddOns, withoutCharts } from "./components/addOn";
import { AddOnRemoval } from "./components/addOnRemoval";
import { ExistingCluster } from "./components/existingCluster";
import { ImageLoad } from "./components/imageLoad";
import { Images, imageRefs } from "./components/images";
import { ingressController } from "./components/ingressController";
import { KindCluster } from "./components/kindCluster";
import { MetricsServer } from "./components/metricsServer";
import { SocAgent } from "./components/socAgent";
import { configError, loadConfig } from "./config";
import { readMachine, stackFiles } from "./machine";

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
  const images = new Images("images", { parts: config.images, refs, engine: machine.docker });
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
          kubeconfig: machine.kubeconfig ?? pulumi.output(pulumi.unknown as unknown as string),
        });
  const { inside } = cluster;

  const loaded =
    cluster instanceof KindCluster
      ? [
          new ImageLoad(
            "image-load",
            {
              clusterName: cluster.clusterName,
              identity: cluster.identity,
              refs: Object.values(refs),
            },
            { ...inside, dependsOn: [images, cluster.nodes] },
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
  const addOn = {
    ...inside,
    dependsOn: removed,
    transformations: [withoutCharts(machine.unreachable)],
  };
  const waiting = { timeout: config.timeout, credentials: cluster.credentials };
  const entry = ingress.install ? [ingressController({ ...ingress, waiting }, addOn)] : [];
  if (metricsServer.install) {
    new MetricsServer("metrics-server", { source: metricsServer.source, waiting }, addOn);
  }

  const url = dashboardUrl(config, values);
  new SocAgent(
    "soc-agent",
    {
      namespace,
      values,
      openaiApiKey: config.openaiApiKey,
      atomic: config.cluster.kind === "existing",
      waiting,
      url,
      entry,
    },
    { ...inside, dependsOn: loaded },
  );

  return accessOutputs(config, files, { url, namespace, stack });
};
