/** One context of a kubeconfig, and nothing else of it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { isLoopback } from "../config/loopback";
import type { ExistingSettings } from "../config/settings";
import { incompleteContext, noContext, noKubeconfig, notAKubeconfig, onOneLine } from "./faults";
import { isMap, type Values } from "../config/values";

/** What is needed to talk to one cluster. */
export interface KubeContext {
  /** A kubeconfig with this context alone: what cannot be reached cannot be deployed to by mistake. */
  readonly kubeconfig: string;
  /** URL of the API server. */
  readonly server: string;
  /** Name of the Kind cluster, where Kind's own naming gives it away. */
  readonly kindName?: string;
}

/** Lists of a kubeconfig (k8s.io/client-go, tools/clientcmd/api/v1 Config). */
const LISTS = { contexts: "context", clusters: "cluster", users: "user" } as const;

/** Keys that hold paths, which are relative to the kubeconfig's own folder. */
const PATHS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/**
 * Reads the context of an existing cluster.
 *
 * @returns the context, or what is wrong with the kubeconfig: one line that quotes no credential
 */
export function readContext(
  settings: ExistingSettings,
): KubeContext | { readonly problem: string } {
  const { kubeconfig } = settings;
  return fs.existsSync(kubeconfig)
    ? pickContext(fs.readFileSync(kubeconfig, "utf8"), settings)
    : { problem: onOneLine(noKubeconfig(kubeconfig)) };
}

/**
 * Takes one context out of a kubeconfig: its cluster, its user, no other.
 *
 * Besides the safety, the stack's state then has no credentials of other clusters, and does not change
 * with them. Files that the kubeconfig names are named by absolute path, not read.
 *
 * @param text the kubeconfig's content
 * @returns the context, or what is wrong with the kubeconfig: one line that quotes no credential
 */
export function pickContext(
  text: string,
  { kubeconfig: file, context: name }: Pick<ExistingSettings, "kubeconfig" | "context">,
): KubeContext | { readonly problem: string } {
  let config: unknown;
  try {
    config = parse(text);
  } catch {
    config = undefined;
  }
  if (!isMap(config)) {
    return { problem: onOneLine(notAKubeconfig(file)) };
  }
  const contexts = named(config, "contexts");
  const context = contexts[name];
  if (!context) {
    return { problem: onOneLine(noContext(file, name, Object.keys(contexts))) };
  }
  const [cluster, user] = [String(context["cluster"]), String(context["user"])];
  const [clusterEntry, userEntry] = [
    named(config, "clusters")[cluster],
    named(config, "users")[user],
  ];
  const server = clusterEntry?.["server"];
  if (!clusterEntry || !userEntry || typeof server !== "string") {
    const lacks = typeof server === "string" ? `user "${user}"` : `server of cluster "${cluster}"`;
    return { problem: onOneLine(incompleteContext(file, name, lacks)) };
  }
  const absolute = (entry: Values) => absolutePaths(entry, path.dirname(file));
  const kindName = [name, cluster].map((one) => /^kind-(.+)$/.exec(one)?.[1]).find(Boolean);
  return {
    server,
    ...(kindName && { kindName }),
    kubeconfig: stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      contexts: [{ name, context }],
      clusters: [{ name: cluster, cluster: absolute(clusterEntry) }],
      users: [{ name: user, user: absolute(userEntry) }],
    }),
  };
}

/** The port of an API server that is on this machine; `undefined` for one that is elsewhere. */
export function loopbackPort(server: string): number | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  return url && isLoopback(url.hostname) ? Number(url.port || 443) : undefined;
}

/** The entries of one of a kubeconfig's lists, by name. */
function named(config: Values, list: keyof typeof LISTS): Record<string, Values | undefined> {
  const entries: unknown = config[list];
  const pairs = (Array.isArray(entries) ? entries : []).filter(isMap).flatMap((entry) => {
    const content = entry[LISTS[list]];
    return isMap(content) ? [[String(entry["name"]), content] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function absolutePaths(entry: Values, folder: string): Values {
  const resolved = Object.entries(entry).map(([key, value]) => {
    if (PATHS.includes(key) && typeof value === "string" && value !== "") {
      return [key, path.resolve(folder, value)];
    }
    // A credential plugin without a slash is looked up on PATH.
    return key === "exec" && isMap(value) && String(value["command"]).includes("/")
      ? [key, { ...value, command: path.resolve(folder, String(value["command"])) }]
      : [key, value];
  });
  return Object.fromEntries(resolved) as Values;
}
