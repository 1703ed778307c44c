/** The options of resources and components, as they are registered with the engine. */
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** What is set of a resource's or component's options. Other resources are named by their names. */
export interface ResourceOptions {
  readonly parent?: string;
  /** Its provider, if not the default one; of a component, the one that its children take. */
  readonly provider?: string;
  /**
   * What it waits for, sorted: what its options name, with the children of components in their place, and
   * what its inputs come from. Children wait for what their component waits for.
   */
  readonly dependsOn?: readonly string[];
  /** Children have their component's. */
  readonly deletedWith?: string;
  /** Children have their component's. */
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  /** By action, as durations such as `15m`. */
  readonly customTimeouts?: Readonly<Record<string, string>>;
  /** Outputs that are secrets whatever they come from, sorted. */
  readonly additionalSecretOutputs?: readonly string[];
  /** Inputs whose changes do not count. */
  readonly ignoreChanges?: readonly string[];
  /** What it is replaced with. */
  readonly replaceWith?: readonly string[];
  /** When its hooks run, such as `beforeCreate`, one entry for each. */
  readonly hooks?: readonly string[];
}

/** Reads the options out of the request that registers a resource or component. */
export function resourceOptions(request: RegisterResourceRequest): ResourceOptions {
  const providers = request.getProvidersMap().toObject();
  const provider = [request.getProvider(), ...providers.map(([, ref]) => ref)]
    .filter(Boolean)
    .map(nameOf)
    .join(", ");
  return withoutUnset({
    parent: nameOf(request.getParent()),
    provider,
    dependsOn: request.getDependenciesList().map(nameOf).sort(),
    deletedWith: nameOf(request.getDeletedwith()),
    // False is not the same as unset for these two: it goes before what is inherited or in a schema.
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    customTimeouts: timeouts(request),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList().sort(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceWith: request.getReplaceWithList().map(nameOf),
    hooks: hookTimes(request),
  });
}

/** The name in `urn:pulumi:stack::project::type::name`, or in a reference to a provider, which has `::id` behind it. */
function nameOf(urn: string): string {
  return urn.split("::")[3] ?? "";
}

function timeouts(request: RegisterResourceRequest): Record<string, string> {
  const given = request.getCustomtimeouts();
  return withoutUnset({
    create: given?.getCreate(),
    update: given?.getUpdate(),
    delete: given?.getDelete(),
  });
}

/** Their names are the SDK's own, and say no more than this. */
function hookTimes(request: RegisterResourceRequest): string[] {
  const lists: Record<string, string[]> = request.getHooks()?.toObject() ?? {};
  return Object.entries(lists).flatMap(([list, hooks]) =>
    hooks.map(() => list.replace("List", "")),
  );
}

/** Leaves out what a request holds for an option that was not set. */
function withoutUnset<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const isSet = (value: unknown) =>
    typeof value === "object" && value !== null
      ? Object.keys(value).length > 0
      : value !== undefined && value !== "";
  const set = Object.entries(options).filter(([, value]) => isSet(value));
  return Object.fromEntries(set) as { [K in keyof T]?: NonNullable<T[K]> };
}
