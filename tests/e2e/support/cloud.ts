/** A second cluster, made by hand, that stands for the one in the cloud: the stack only deploys to it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { Values } from "../../../config/values";
import { ingressNginxValues } from "../../../plan/addOnValues";
import { withDefaults } from "../../../config/defaults";
import { itemsOf, type Seen } from "../../../machine/kubernetes";
import { must, run } from "../../../machine/run";
import { mirrors } from "../../support/project";
import { HTTP_PORT, HTTPS_PORT, CLUSTER } from "./stack";

/** Name of the Kind cluster. */
export const CLOUD = `${CLUSTER}-cloud`;
/** Context that Kind gives it. */
export const CONTEXT = `kind-${CLOUD}`;

/** Where containerd looks for what stands in for a registry (https://github.com/containerd/containerd/blob/main/docs/hosts.md). */
const CERTS = "/etc/containerd/certs.d";

/** A Kind cluster of one node, with an ingress controller on this machine's ports. */
export class Cloud {
  private readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-cloud-"));
  /** Its kubeconfig. The current context in it is one that does not work. */
  readonly kubeconfig = path.join(this.dir, "kubeconfig.yaml");

  /** Makes it. An old one of the name, which a killed run left, is deleted. */
  async create(): Promise<void> {
    await this.kind("delete");
    const nodeImage = process.env["SOC_LAB_NODE_IMAGE"];
    const port = (containerPort: number, hostPort: number) => ({
      containerPort,
      hostPort,
      listenAddress: "127.0.0.1",
    });
    const config = {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      // The default of newer node images.
      containerdConfigPatches: [
        `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${CERTS}"`,
      ],
      nodes: [
        {
          role: "control-plane",
          ...(nodeImage && { image: nodeImage }),
          labels: { "ingress-ready": "true" },
          extraPortMappings: [port(80, HTTP_PORT), port(443, HTTPS_PORT)],
        },
      ],
    };
    const file = path.join(this.dir, "kind.yaml");
    fs.writeFileSync(file, stringify(config));
    await this.kind("create", "--config", file, "--wait", "90s");
    const other = ["--kubeconfig", this.kubeconfig, "config"];
    await must("kubectl", [...other, "set-context", "other", "--cluster=other", "--user=other"]);
    await must("kubectl", [...other, "use-context", "other"]);
  }

  /** Makes its nodes pull from `url` what is named after `registry`. */
  async mirror(registry: string, url: string): Promise<void> {
    const hosts = `[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
    const script = `mkdir -p "$1" && printf '%s' "$2" >"$1/hosts.toml"`;
    const args = ["sh", "-c", script, "sh", `${CERTS}/${registry}`, hosts];
    await must("docker", ["exec", `${CLOUD}-control-plane`, ...args]);
  }

  async installIngress(): Promise<void> {
    const { chart, repo, version } = withDefaults({ ingress: mirrors()["ingress"] }).ingress.source;
    const values = path.join(this.dir, "ingress.json");
    fs.writeFileSync(values, JSON.stringify(ingressNginxValues("nginx")));
    await this.helm(
      ...["install", "ingress-nginx", chart, "--namespace", "ingress-nginx", "--create-namespace"],
      ...(repo ? ["--repo", repo] : []),
      ...(version ? ["--version", version] : []),
      ...["--values", values, "--wait", "--timeout", "3m"],
    );
  }

  helm(...args: string[]): Promise<string> {
    const to = ["--kubeconfig", this.kubeconfig, "--kube-context", CONTEXT];
    return must("helm", [...args, ...to]);
  }

  kubectl(...args: string[]): Promise<string> {
    const to = ["--kubeconfig", this.kubeconfig, "--context", CONTEXT];
    return must("kubectl", [...to, ...args]);
  }

  /** Makes these objects. */
  async apply(objects: readonly Values[]): Promise<void> {
    const file = path.join(this.dir, "objects.json");
    fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    await this.kubectl("apply", "--filename", file);
  }

  /** Asks kubectl for objects of the application's namespace. */
  async objects<T extends Seen<object>>(...args: string[]): Promise<T[]> {
    const text = await this.kubectl("--namespace", "soc-agent", "get", ...args, "-o", "json");
    return itemsOf<T>(text);
  }

  async remove(): Promise<void> {
    await this.kind("delete");
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  private async kind(verb: "create" | "delete", ...args: string[]): Promise<void> {
    const of = ["cluster", "--name", CLOUD, "--kubeconfig", this.kubeconfig];
    const { ok, reason } = await run("kind", [verb, ...of, ...args]);
    if (!ok) {
      throw new Error(`kind ${verb} cluster: ${reason}`);
    }
  }
}
