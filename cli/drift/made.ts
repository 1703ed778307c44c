/** What a stack made in its cluster besides the objects of its releases: what Pulumi made itself, and labels of nodes. */
import { withData } from "../../cluster/drift/made";
import type { Wanted } from "../../cluster/drift/compare";
import type { KindSettings } from "../../config/settings";
import { isMap, type Values } from "../../config/values";
import { IDENTITY_LABEL, nodeNames } from "../../machine/kindCluster";
import { kindConfig } from "../../plan/kindConfig";
import { isObject } from "../../plan/objects";
import { isSecret, RELEASE_TYPE, type StateResource } from "../stackState";

/** The name that Pulumi's provider writes by, in what it keeps of an object. */
const FIELD_MANAGER = "__fieldManager";

/**
 * The Kubernetes objects that Pulumi made by itself, by what the program gave for them.
 *
 * @param resources of a state that was exported with its secrets
 */
export function madeByPulumi(resources: readonly StateResource[]): Wanted[] {
  return resources
    .filter(
      ({ type, delete: old }) => type.startsWith("kubernetes:") && type !== RELEASE_TYPE && !old,
    )
    .flatMap(({ inputs, outputs }): Wanted[] => {
      const object = reveal(withoutMarks(inputs ?? {}));
      if (!isObject(object)) {
        return [];
      }
      const manager = outputs?.[FIELD_MANAGER];
      return [
        {
          object: withData(object),
          namespace: "default",
          madeBy: "Pulumi",
          manager: typeof manager === "string" ? manager : "pulumi-kubernetes",
        },
      ];
    });
}

/** The labels by which the stack finds the nodes of its Kind cluster, and sends them what comes in from outside. */
export function labelsOfNodes(settings: KindSettings, identity: string): Wanted[] {
  const { nodes } = kindConfig(settings, identity);
  return nodeNames(settings).map((name, index) => ({
    object: {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          [IDENTITY_LABEL]: identity,
          ...(nodes[index]?.role === "control-plane" && { "ingress-ready": "true" }),
        },
      },
    },
    namespace: "default",
    madeBy: "Kind",
    manager: "soc-agent",
    partial: true,
  }));
}

/** The values that a release was last given; none where there is no such release. */
export function valuesOf(resources: readonly StateResource[], name: string): Values {
  const release = resources.find(
    ({ type, inputs, delete: old }) => type === RELEASE_TYPE && inputs?.["name"] === name && !old,
  );
  const values = reveal(release?.inputs?.["values"]);
  return isMap(values) ? values : {};
}

/** Inputs without what Pulumi keeps among them for itself. */
function withoutMarks(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}

/** A value with its secrets in the clear. */
function reveal(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reveal);
  }
  if (!isMap(value)) {
    return value;
  }
  if (isSecret(value)) {
    return reveal(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, reveal(inner)]));
}
