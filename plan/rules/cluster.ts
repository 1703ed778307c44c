/** Rules on the cluster. */
import type { Rule } from "./rule";

export const notOnKind: Rule = {
  id: "prod-not-on-kind",
  title: "what is deployed to a cluster that exists goes to no Kind cluster",
  why: "a stack like prod would land on somebody's machine, and be taken for deployed",
  fix: "Set soc-agent:cluster.existing.context to the cluster that is meant",
  severity: "error",
  broken: ({ cluster }) =>
    cluster.kind === "existing" && !cluster.allowKind && cluster.context.startsWith("kind-")
      ? [{ at: "cluster.existing", what: `has the context ${cluster.context}` }]
      : [],
};

export const kindAllowed: Rule = {
  id: "kind-allowed",
  title: "a cluster that exists is none of Kind's",
  why: "with allowKind nothing keeps the stack from landing on somebody's machine",
  fix: "Leave soc-agent:cluster.existing.allowKind out, except to try the stack",
  severity: "warning",
  broken: ({ cluster }) =>
    cluster.kind === "existing" && cluster.allowKind
      ? [{ at: "cluster.existing", what: "has allowKind" }]
      : [],
};
