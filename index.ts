import * as pulumi from "@pulumi/pulumi";
import { installAddOns } from "./components/addOns/addOns";
import { withChoice } from "./components/addOns/observabilityChoice";
import { installObservability, takenNamespaces } from "./components/addOns/observabilityStack";
import { AddOnRemoval } from "./components/addOns/removal";
import { Images, withDigests } from "./components/app/images";
import { SocAgent } from "./components/app/socAgent";
import { ExistingCluster } from "./components/cluster/existingCluster";
import { imagesInPlace, stackCluster } from "./components/cluster/stackCluster";
import { wantedAddOns } from "./config/addOns";
import { configError, loadConfig } from "./config/load";
import { stackFiles } from "./machine/files";
import { readMachine } from "./machine/read";
import { accessOutputs, NAMESPACE as namespace } from "./plan/access";
import { stackValues } from "./plan/chart";
import { valuesProblems } from "./plan/chartSchema";
import { besideStack, stackPages } from "./plan/observability";
import { smokeTarget } from "./plan/smokeTarget";
import { dashboardUrl } from "./plan/url";

export = async () => {
  // Read and check everything before the first resource.
  const stack = pulumi.getStack();
  const given = loadConfig();
  const files = stackFiles(stack);
  const { refs, values } = stackValues(given);
  const problems = valuesProblems(values);
  if (problems.length > 0) {
    throw configError(problems);
  }
  const machine = await readMachine(given, files);
  const config = await withChoice(given, machine.memory);
  const { install } = config.observability;

  // The images are built while the cluster starts.
  const images = new Images("images", {
    parts: config.images,
    refs,
    engine: machine.docker,
    platform: machine.platform,
    proxies: machine.proxies,
    login: config.registry.push,
  });
  const cluster = stackCluster(config, machine, files, namespace);
  const { built, others } = imagesInPlace(config, cluster, images, { refs, values }, files);

  const { inside, credentials, nodes } = cluster;
  const waiting = { timeout: config.timeout, credentials, nodes };
  const foreign = await takenNamespaces(stack, config, machine, cluster);
  const removal = {
    wanted: wantedAddOns(config),
    beside: install ? besideStack(foreign) : [],
    kubeconfigFile: files.kubeconfig,
  };
  const removed =
    cluster instanceof ExistingCluster
      ? []
      : [new AddOnRemoval("add-ons", removal, { ...inside, dependsOn: [cluster] })];
  const { ingress } = installAddOns(config, machine.charts, waiting, {
    ...inside,
    dependsOn: [...removed, ...others],
  });

  const application = new SocAgent(
    "soc-agent",
    {
      namespace,
      values: withDigests(values, refs, images.digests),
      auth: config.auth,
      openaiApiKey: config.openaiApiKey,
      rollback: config.rollback,
      waiting,
      pull: config.registry.pull,
      smoke: smokeTarget(config, values),
      entry: ingress ? [ingress] : [],
    },
    { ...inside, dependsOn: [...built, ...others] },
  );

  const url = dashboardUrl(config, values);
  installObservability(
    { stack, config, values, url, cluster, foreign, application, waiting },
    { ...inside, dependsOn: removed },
  );
  return {
    ...accessOutputs(config, files, { url, namespace, stack }),
    ...(install && stackPages(config, credentials, url)),
  };
};
