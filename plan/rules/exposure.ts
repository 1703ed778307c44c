/** Rules on what is reachable from outside of the cluster. */
import { isMap } from "../../config/values";
import { objectName } from "../objects";
import { containersOf, workloads } from "../pods";
import type { Rule } from "./rule";

export const noOuterService: Rule = {
  id: "no-outer-service",
  title: "Services are for the cluster; users come through the ingress",
  why: "a NodePort, a LoadBalancer or an external address bypasses the ingress: its TLS, its logs and its policies",
  fix: "Make it a ClusterIP, and lead to it by the Ingress",
  severity: "error",
  broken: ({ objects }) =>
    objects
      .filter(({ kind }) => kind === "Service")
      .flatMap((object) => {
        const { type = "ClusterIP", externalIPs } = isMap(object["spec"]) ? object["spec"] : {};
        const at = objectName(object);
        return [
          ...(type === "NodePort" || type === "LoadBalancer" ? [{ at, what: `is a ${type}` }] : []),
          ...(Array.isArray(externalIPs) && externalIPs.length > 0
            ? [{ at, what: "has external addresses" }]
            : []),
        ];
      }),
};

export const noHostNetwork: Rule = {
  id: "no-host-network",
  title: "pods keep to the cluster's network",
  why: "a port of the node is reachable past every NetworkPolicy, and is there once per node",
  fix: "Take hostPort and hostNetwork out, and use a Service",
  severity: "error",
  broken: ({ objects }) =>
    workloads(objects).flatMap(({ object, spec, hostNetwork = false }) => {
      const at = objectName(object);
      const ports = containersOf(spec)
        .flatMap(({ ports = [] }) => ports ?? [])
        .filter(({ hostPort = 0 }) => hostPort !== 0);
      return [
        ...(hostNetwork ? [{ at, what: "is on its node's network" }] : []),
        ...ports.map(({ hostPort }) => ({ at, what: `has port ${hostPort} of its node` })),
      ];
    }),
};

/** What requests from outside come to. */
const ENTRIES: readonly string[] = ["Ingress", "HTTPRoute"];

export const loginAsked: Rule = {
  id: "login-asked",
  title: "who comes through the ingress of a cluster that exists logs in",
  why: "everybody who reaches that address may read all threats, decide them and make up others",
  fix: "Set soc-agent:auth.issuer and auth.clientId; on a network of your own, say so in policy/exemptions.yaml",
  severity: "warning",
  broken: ({ cluster, objects }) => {
    const asks = workloads(objects).some(({ labels }) => labels["app"] === "soc-auth");
    return cluster.kind === "kind" || asks
      ? []
      : objects
          .filter(({ kind }) => ENTRIES.includes(kind))
          .map((object) => ({ at: objectName(object), what: "lets everybody in" }));
  },
};
