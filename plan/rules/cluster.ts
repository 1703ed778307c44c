/** Rules on the cluster. */
import type { Rule } from "./rule";

export const notOnKind: Rule = {
  id: "prod-not-on-kind",
  title: "what is deployed to a cluster that exists goes to no Kind cluster",
  why: "a stack like prod would land on somebody's machine, and be taken for deployed",
  fix: "Set soc-agent:cluster.existing.context to the cluster that is meant, and leave allowKind out",
  severity: "error",
  broken: ({ cluster }) => {
    if (cluster.kind !== "existing") {
      return [];
    }
    const { context, allowKind } = cluster;
    const at = "cluster.existing";
    return [
      ...(context.startsWith("kind-") ? [{ at, what: `has the context ${context}` }] : []),
      ...(allowKind ? [{ at, what: "has allowKind" }] : []),
    ];
  },
};
