/** Rules for stack files: all that must hold before anything is created. */
import { imageSettings, SECRETS } from "./defaults";
import { authProblems } from "./authRules";
import { mirrorProblems } from "./mirrorRules";
import { describeIssue, key, schema, type Input } from "./schema";
import { ISSUER_ANNOTATION, PARTS, type Part } from "./settings";
import { setSecret } from "./project";
import { isMap, show, type Values } from "./values";

/** What rules ask of the world outside the configuration, so that they can be tested as pure functions. */
export interface Surroundings {
  /** Name of the stack. */
  readonly stack: string;
  /** Whether a path, relative to the project, names something. */
  readonly exists: (file: string) => boolean;
  /** Whether a top-level key is held as a secret. */
  readonly isSecret: (name: string) => boolean;
}

/**
 * Checks a configuration as it stands in the stack file.
 *
 * @returns one line per problem: the key, what it must be, what it is, what to do; none when it is fine
 */
export function findProblems(raw: Values, surroundings: Surroundings): string[] {
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    return parsed.error.issues.flatMap(describeIssue);
  }
  return [
    ...clusterProblems(parsed.data),
    ...secretProblems(parsed.data, surroundings),
    ...registryProblems(parsed.data, surroundings),
    ...mirrorProblems(parsed.data, surroundings),
    ...authProblems(parsed.data, surroundings),
    ...certManagerProblems(parsed.data),
    ...observabilityProblems(parsed.data),
    ...smokeProblems(parsed.data, surroundings),
    ...namespaceProblems(parsed.data),
    ...PARTS.flatMap((part) => imageProblems(part, parsed.data, surroundings)),
  ];
}

function clusterProblems({ cluster, ingress }: Input): string[] {
  const problems: string[] = [];
  const { kind, existing } = cluster ?? {};
  if (kind && existing) {
    problems.push(
      `${key("cluster")}: must have either "kind" or "existing", got both. Remove the one that is not meant`,
    );
  }
  if (existing && ingress?.install) {
    problems.push(
      `${key("ingress.install")}: must be false for an existing cluster, got true: it is made for Kind, with the host ports of one node. Install a controller that fits the cluster, and set ingress.className to its class`,
    );
  }
  const { httpPort = 8080, httpsPort = 8443 } = kind ?? {};
  if (httpPort === httpsPort) {
    problems.push(
      `${key("cluster.kind.httpsPort")}: must differ from httpPort, got ${httpsPort} for both. Set one of them to a free port`,
    );
  }
  return problems;
}

function secretProblems(input: Input, { isSecret, stack }: Surroundings): string[] {
  return SECRETS.filter((name) => input[name] !== undefined && !isSecret(name)).map(
    // The value itself must not be printed.
    (name) =>
      `${key(name)}: must be a secret, got plain text. Remove it and run: ${setSecret(name, stack)}`,
  );
}

function registryProblems(input: Input, { stack }: Surroundings): string[] {
  return (["push", "pull"] as const).flatMap((use) => {
    const username = `${use}Username` as const;
    const secret = use === "push" ? "registryPushPassword" : "registryPullPassword";
    const name = input.images?.[username];
    if (name === undefined && input[secret] === undefined) {
      return [];
    }
    if (name === undefined) {
      return [
        `${key(`images.${username}`)}: must be set beside ${secret}, got nothing. Set the name that the password belongs to`,
      ];
    }
    if (input[secret] === undefined) {
      return [
        `${key(secret)}: must be set beside images.${username}, got nothing. Run: ${setSecret(secret, stack)}`,
      ];
    }
    return input.images?.registry === undefined
      ? [
          `${key("images.registry")}: must be set beside images.${username}, got nothing. Set the registry that ${show(name)} logs in to`,
        ]
      : [];
  });
}

function certManagerProblems({ certManager, values }: Input): string[] {
  if (!certManager?.install) {
    return [];
  }
  const problems: string[] = [];
  if (certManager.email === undefined) {
    problems.push(
      `${key("certManager.email")}: must be set to install cert-manager, got nothing. Set the address that Let's Encrypt may write to`,
    );
  }
  const ingress = isMap(values?.["ingress"]) ? values["ingress"] : {};
  const annotations = isMap(ingress["annotations"]) ? ingress["annotations"] : {};
  const asked = annotations[ISSUER_ANNOTATION];
  const { issuer = "letsencrypt-staging" } = certManager;
  if (asked !== undefined && asked !== issuer) {
    problems.push(
      `${key("certManager.issuer")}: must be the issuer that values.ingress.annotations asks, which is ${show(asked)}, got ${show(issuer)}. Give both the same: no certificate would ever come`,
    );
  }
  return problems;
}

function observabilityProblems({ observability }: Input): string[] {
  const { install, existing, ...own } = observability ?? {};
  if (!existing) {
    return [];
  }
  const problems = (["images", "mirror", "expose"] as const)
    .filter((name) => own[name])
    .map(
      (name) =>
        `${key(`observability.${name}`)}: has no use beside "existing", got ${show(own[name])}. Remove it, or remove "existing" to install a stack`,
    );
  return install
    ? [
        `${key("observability.install")}: must be false beside "existing", got true. Remove "existing" to install a stack, or "install" to use the one that exists`,
        ...problems,
      ]
    : problems;
}

/** The program makes the namespace, its Secrets and its check by a name of its own, which no chart value moves. */
function namespaceProblems({ values }: Input): string[] {
  const given = values?.["namespaceOverride"] ?? "";
  return given === ""
    ? []
    : [
        `${key("values.namespaceOverride")}: must be empty, got ${show(given)}: the stack's Secrets would stay where it makes them. Leave it out`,
      ];
}

function smokeProblems({ smokeCheck }: Input, { exists }: Surroundings): string[] {
  const ca = smokeCheck?.ca;
  return ca === undefined || exists(ca)
    ? []
    : [
        `${key("smokeCheck.ca")}: must be a PEM file, got ${show(ca)}, which does not exist. The path is relative to the project`,
      ];
}

/** Keys of a part that say how its image is built. */
const BUILD_KEYS = [
  "context",
  "dockerfile",
  "args",
  "target",
  "platform",
  "secrets",
  "repository",
] as const;

function imageProblems(part: Part, input: Input, { exists }: Surroundings): string[] {
  const given = input.images?.[part];
  const at = `images.${part}`;
  if (given?.ref !== undefined) {
    const beside = BUILD_KEYS.filter((other) => given[other] !== undefined).map(
      (other) =>
        `${key(`${at}.${other}`)}: has no use beside "ref", got ${show(given[other])}. Remove it, or remove "ref" to build the image here`,
    );
    return [...beside, ...digestProblems(`${at}.ref`, given.ref, input)];
  }
  const onRegistryNeeded = input.cluster?.existing && !input.images?.registry;
  if (onRegistryNeeded) {
    return [
      `${key("images.registry")}: must be set for an existing cluster, got nothing. Set the registry that ${part}'s image is pushed to, or ${at}.ref to an image built elsewhere`,
    ];
  }
  const settings = imageSettings(part, input);
  if (settings.kind === "ref") {
    return [];
  }
  if (settings.secrets && input.images?.pushUsername !== undefined) {
    return [
      `${key(`${at}.secrets`)}: must not be set beside images.pushUsername, got ${Object.keys(settings.secrets).join(", ")}: buildx pushes with Docker's own login. Remove images.pushUsername and registryPushPassword, and run: docker login ${input.images.registry}`,
    ];
  }
  if (!exists(settings.context)) {
    return [
      `${key(`${at}.context`)}: must be a folder with a Dockerfile, got ${show(settings.context)}, which does not exist. The path is relative to the project`,
    ];
  }
  if (!exists(settings.dockerfile)) {
    return [
      `${key(`${at}.dockerfile`)}: must be a Dockerfile, got ${show(settings.dockerfile)}, which does not exist. The path is relative to the project, not to the context`,
    ];
  }
  return [];
}

/** In production a reference means one image: a tag can be another one tomorrow, or on the next node. */
function digestProblems(at: string, ref: string, { cluster }: Input): string[] {
  return cluster?.existing === undefined || ref.includes("@")
    ? []
    : [
        `${key(at)}: must name a digest for an existing cluster (repository:tag@sha256:...), got ${show(ref)}, which can be another image tomorrow. Find the digest with: docker buildx imagetools inspect ${ref}`,
      ];
}
