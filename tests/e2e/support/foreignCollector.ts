/** Stands for an observability stack that was in a cluster before: its operator's definitions, and a collector. */
import { stringify } from "yaml";
import { withDefaults } from "../../../config/defaults";
import type { Values } from "../../../config/values";
import { stackImages } from "../../../plan/observability";
import { servedPod } from "./servedPod";

/** Its namespace. */
export const WATCH = "watch";

/** Where it takes traces. */
export const ENDPOINT = `http://collector.${WATCH}:4317`;

const { SOC_LAB_CRDS } = process.env;
const PUBLISHED =
  "https://raw.githubusercontent.com/prometheus-operator/prometheus-operator/v0.85.0/example/prometheus-operator-crd";

/** What `kubectl apply` takes for the definitions of the Prometheus operator. */
export const DEFINITIONS: readonly string[] =
  SOC_LAB_CRDS === undefined
    ? ["servicemonitors", "prometheusrules"].map(
        (plural) => `${PUBLISHED}/monitoring.coreos.com_${plural}.yaml`,
      )
    : [`${SOC_LAB_CRDS}/monitoring`];

const CONFIG = {
  receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } },
  exporters: { debug: { verbosity: "detailed" } },
  service: { pipelines: { traces: { receivers: ["otlp"], exporters: ["debug"] } } },
};

const metadata = { name: "collector", namespace: WATCH };

/** The collector: it writes each span that it takes to its log. */
export const COLLECTOR: readonly Values[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: WATCH } },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { "config.yaml": stringify(CONFIG) },
  },
  ...servedPod(metadata, {
    image: stackImages(withDefaults({})).collector,
    args: ["--config=/etc/collector/config.yaml"],
    port: 4317,
    mountPath: "/etc/collector",
    volume: { configMap: { name: metadata.name } },
  }),
];
