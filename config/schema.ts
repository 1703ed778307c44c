/** The shape of a stack file, and what is said of one that does not have it. */
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { addOnBlocks, optional } from "./blocks";
import {
  address,
  between,
  buildArgs,
  buildPlatform,
  buildSecrets,
  buildTarget,
  clusterName,
  flag,
  httpsUrl,
  imageRef,
  kubernetesVersion,
  leaf,
  mirrorUrl,
  nonEmpty,
  port,
  repository,
  texts,
  urlPath,
} from "./leaves";
import { BY_HAND, PROJECT } from "./project";
import { SMOKE_CHECKS } from "./settings";
import { isMap, show, type Values } from "./values";

const image = z.strictObject({
  context: optional(nonEmpty, "Folder to build, relative to the project"),
  dockerfile: optional(
    nonEmpty,
    "Its Dockerfile, relative to the project",
    "`Dockerfile` in the context",
  ),
  args: optional(
    buildArgs,
    "Build arguments, a map. They count for the tag, and stand in the image's history: nothing secret",
  ),
  target: optional(buildTarget, "Stage of the Dockerfile that is built", "the last one"),
  platform: optional(
    buildPlatform,
    "What it is built for, such as `linux/amd64`. It counts for the tag",
    "what the nodes run: on Kind the engine's",
  ),
  secrets: optional(
    buildSecrets,
    "Secrets of its `RUN --mount=type=secret`, by their ids: `{file: PATH}` or `{env: NAME}`. They count for no tag, and are in no image. Needs buildx",
  ),
  repository: optional(
    repository,
    "Name of the image, without a tag",
    "`soc-<part>`, in the registry if there is one",
  ),
  ref: optional(
    imageRef,
    "An image built elsewhere; nothing is built then. By digest for an existing cluster",
  ),
});

const smokeCheck = z.strictObject({
  path: urlPath,
  status: between(100, 599, "an HTTP status").optional(),
  contains: nonEmpty.optional(),
  json: z.unknown().optional(),
});

/** A secret, of which only the rules know more. @param whose whom it is for */
function secret(whose: string) {
  return optional(
    z.unknown(),
    `Secret for ${whose}. Set it with \`${BY_HAND} pulumi config set --stack STACK --secret KEY\``,
  );
}

/** A stack file's keys, without the prefix of the project. */
export const schema = z.strictObject({
  cluster: z
    .strictObject({
      kind: z
        .strictObject({
          name: optional(clusterName, "Name of the Kind cluster"),
          workers: optional(between(1, 9, "a whole number"), "Worker nodes, 1 to 9"),
          nodeImage: optional(imageRef, "Node image, and with it the Kubernetes version"),
          httpPort: optional(port, "Port of the loopback interface that reaches the ingress"),
          httpsPort: optional(port, "The same for HTTPS"),
        })
        .optional(),
      existing: z
        .strictObject({
          kubeconfig: nonEmpty.meta({
            description: "Kubeconfig of a cluster that exists, instead of Kind",
          }),
          context: nonEmpty.meta({ description: "Its context; both are needed" }),
          allowKind: optional(flag, "Whether that may be a Kind cluster"),
          kubernetesVersion: optional(
            kubernetesVersion,
            "Its Kubernetes version, which previews are rendered for",
            "Helm's own",
          ),
        })
        .optional(),
    })
    .optional(),
  images: z
    .strictObject({
      registry: optional(
        repository,
        "Registry that images are pushed to; without one they are loaded into Kind",
      ),
      pushUsername: optional(
        nonEmpty,
        "With the secret `registryPushPassword`: who pushes, instead of Docker's own login",
      ),
      pullUsername: optional(
        nonEmpty,
        "With the secret `registryPullPassword`: who pulls, instead of the nodes' own credentials",
      ),
      backend: image.optional(),
      frontend: image.optional(),
    })
    .optional(),
  registryMirrors: optional(
    z.record(
      z.string(),
      z.strictObject({
        mirrors: z.array(mirrorUrl).min(1, "must have a URL, got none").optional(),
        ca: nonEmpty.optional(),
      }),
    ),
    "What Kind's nodes pull by: registries with `{mirrors: [URL, ...], ca: FILE}`, see [behind a firewall](#behind-a-firewall)",
  ),
  ...addOnBlocks(),
  auth: z
    .strictObject({
      issuer: httpsUrl.meta({
        description:
          "Ask for a login: address of the OpenID Connect provider, as its tokens have it",
      }),
      clientId: nonEmpty.meta({ description: "Id that the provider knows the application by" }),
      scope: optional(nonEmpty, "What the provider is asked for", "that of the chart"),
      rolesClaim: optional(
        nonEmpty,
        "Claim of the token with a user's groups or roles",
        "that of the chart",
      ),
      roles: z
        .strictObject({
          reader: optional(texts, "Values of that claim that may read", "that of the chart"),
          analyst: optional(texts, "Those that may read and decide", "that of the chart"),
          ingest: optional(texts, "Those that may send threats", "that of the chart"),
        })
        .optional(),
      ca: optional(nonEmpty, "PEM file of the certificate authority that signed its certificate"),
    })
    .optional(),
  timeout: optional(
    between(10, 3600, "a whole number of seconds"),
    "Seconds until a Helm release counts as failed whose pods are not ready; one that never can be fails sooner",
  ),
  rollback: optional(
    flag,
    "Whether the application is rolled back when its pods do not become ready, and removed after a first install. Else they stay, to be looked at",
  ),
  smokeCheck: z
    .strictObject({
      run: optional(flag, "Whether an `up` ends by asking the application"),
      address: optional(address, "`host` or `host:port` to ask, where the DNS does not say yet"),
      ca: optional(nonEmpty, "PEM file of a certificate authority of your own"),
      checks: optional(
        z
          .array(smokeCheck)
          .min(1, "must have a check, got none. To ask nothing, set smokeCheck.run to false"),
        "What is asked: a list of `{path, status, contains, json}`, see [your own application](application.md#the-smoke-check)",
        `${SMOKE_CHECKS.map(({ path }) => `\`${path}\``).join(", ")} as the reference application answers them`,
      ),
    })
    .optional(),
  openaiApiKey: secret("the model provider; it goes into a Kubernetes Secret only"),
  authClientSecret: secret("`auth.clientId`"),
  registryPushPassword: secret("`images.pushUsername`"),
  registryPullPassword: secret("`images.pullUsername`"),
  values: optional(
    leaf<Values>("a map of chart values", isMap),
    "Chart values, merged over what the program computes; see the [chart](../charts/soc-agent/README.md)",
  ),
});

/** A stack file that has the shape. */
export type Input = z.infer<typeof schema>;

/** The parts of a zod issue that are turned into text. */
type SchemaIssue = z.core.$ZodIssue;

/** One line per thing that is wrong with the shape. */
export function describeIssue(issue: SchemaIssue): string[] {
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => {
      const known = knownKeys(issue.path);
      const where = at === "" ? unknown : `${at}.${unknown}`;
      return `${key(where)}: is not a key. Did you mean "${closest(unknown, known)}"? Known here: ${known.join(", ")}`;
    });
  }
  if (issue.code === "invalid_type") {
    const expected =
      issue.expected === "array"
        ? `must be a list, got ${show(issue.input)}`
        : `must be a map, got ${show(issue.input)}. Known keys: ${knownKeys(issue.path).join(", ")}`;
    return [`${key(at)}: ${expected}`];
  }
  return [`${key(at)}: ${issue.message}`];
}

/** The keys that the schema knows at a path. */
function knownKeys(at: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const step of at) {
    node = unwrap(node);
    node =
      node instanceof z.ZodArray
        ? node.element
        : node instanceof z.ZodRecord
          ? node.valueType
          : node instanceof z.ZodObject
            ? node.shape[String(step)]
            : undefined;
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

function unwrap(node: unknown): unknown {
  return node instanceof z.ZodOptional ? node.unwrap() : node;
}

/** A key as it stands in the stack file. */
export function key(at: string): string {
  return `${PROJECT}:${at}`;
}
