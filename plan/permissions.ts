/** Who may do what in the cluster, as a stack's roles and their bindings say. */
import { isMap, type Values } from "../config/values";
import { objectName, type KubernetesObject } from "./objects";

/** What somebody may do from now on, or may no more. */
export interface PermissionChange {
  /** The role or binding. */
  readonly object: string;
  /** Such as `get, list secrets`, or whom a binding names. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

const ROLES = ["Role", "ClusterRole"];
const BINDINGS = ["RoleBinding", "ClusterRoleBinding"];

/** What changes in a role or a binding; nothing of what is neither. @param before,after unset where it is not there */
export function permissionChange(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): PermissionChange | undefined {
  const object = after ?? before;
  if (!object) {
    return undefined;
  }
  const [old, now] = [grants(before), grants(after)];
  const gained = now.filter((grant) => !old.includes(grant));
  const lost = old.filter((grant) => !now.includes(grant));
  return gained.length + lost.length === 0
    ? undefined
    : { object: objectName(object), gained: shown(object, gained), lost: shown(object, lost) };
}

/** Everything that a role allows or a binding gives, one by one. */
function grants(object: KubernetesObject | undefined): string[] {
  if (object && ROLES.includes(object.kind)) {
    return [...new Set(maps(object["rules"]).flatMap(rights))];
  }
  if (object && BINDINGS.includes(object.kind)) {
    const { kind, name } = isMap(object["roleRef"]) ? object["roleRef"] : {};
    return maps(object["subjects"]).map(
      (subject) =>
        `${String(kind)} ${String(name)} to ${String(subject["kind"])} ${[subject["namespace"], subject["name"]].filter(Boolean).map(String).join("/")}`,
    );
  }
  return [];
}

const SPLIT = "\t";

/** The rights of a rule, each with its verb first. */
function rights(rule: Values): string[] {
  const groups = texts(rule["apiGroups"]);
  const names = texts(rule["resourceNames"]);
  const resources = texts(rule["resources"]).flatMap((resource) =>
    groups.map((group) => `${resource}${group === "" ? "" : `.${group}`}`),
  );
  const things =
    names.length === 0
      ? resources
      : resources.flatMap((one) => names.map((name) => `${one}/${name}`));
  return texts(rule["verbs"]).flatMap((verb) =>
    [...things, ...texts(rule["nonResourceURLs"])].map((thing) => `${verb}${SPLIT}${thing}`),
  );
}

/** Rights with the verbs of each thing together. */
function shown({ kind }: KubernetesObject, grants: readonly string[]): string[] {
  if (!ROLES.includes(kind)) {
    return [...grants];
  }
  const verbs = new Map<string, string[]>();
  for (const grant of grants) {
    const [verb = "", thing = ""] = grant.split(SPLIT);
    verbs.set(thing, [...(verbs.get(thing) ?? []), verb]);
  }
  return [...verbs].map(([thing, all]) => `${all.join(", ")} ${thing}`);
}

function maps(value: unknown): Values[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
