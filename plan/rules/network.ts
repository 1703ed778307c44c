/** Rules on who may talk to whom. */
import { allowedFlows, beyond, flowText } from "../flows";
import { objectName } from "../objects";
import { selectsPods } from "../network/policies";
import { workloads } from "../pods";
import type { Rule } from "./rule";

const DIRECTIONS = ["Ingress", "Egress"] as const;

export const policySelects: Rule = {
  id: "policy-selects",
  title: "a NetworkPolicy selects every pod, in both directions",
  why: "a pod that none selects may talk to everybody, and everybody to it",
  fix: "Add a NetworkPolicy that selects the pod, or put the label back that one selects",
  severity: "error",
  broken: ({ objects }) =>
    workloads(objects).flatMap((pods) =>
      DIRECTIONS.filter(
        (direction) => !objects.some((object) => selectsPods(object, direction, pods)),
      ).map((direction) => ({
        at: objectName(pods.object),
        what: `has no policy for ${direction.toLowerCase()}`,
      })),
    ),
};

export const flowAgreed: Rule = {
  id: "flow-agreed",
  title: "every flow that the NetworkPolicies allow stands in the committed list",
  why: "the change opens the network further than anybody has agreed to",
  fix: "Close it again; or, if it is meant, run npm run policy -- --write and commit the line",
  severity: "error",
  broken: ({ objects, allowed }) =>
    allowed === undefined
      ? []
      : beyond(allowedFlows(objects), allowed).map((flow) => ({
          at: "NetworkPolicies",
          what: `allow ${flowText(flow)}`,
        })),
};
