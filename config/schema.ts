/** The shape of a stack file, and what is said of one that does not have it. */
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { CONTROLLERS, ISSUERS, PROJECT, type Issuer } from "./settings";
import { isMap, show, type Values } from "./values";

/**
 * A leaf of the configuration.
 *
 * @param expected what the value must be, as it reads after "must be"
 * @param fits whether a value is that
 */
function leaf<T>(expected: string, fits: (value: unknown) => boolean) {
  return z.custom<T>(fits, { error: ({ input }) => `must be ${expected}, got ${show(input)}` });
}

const text = (pattern: RegExp, expected: string) =>
  leaf<string>(expected, (value) => typeof value === "string" && pattern.test(value));

const between = (min: number, max: number, what: string) =>
  leaf<number>(
    `${what} from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );

const oneOf = <T extends string>(known: readonly T[]) =>
  leaf<T>(`one of ${known.join(", ")}`, (value) => known.some((one) => one === value));

const flag = leaf<boolean>("true or false", (value) => typeof value === "boolean");
const nonEmpty = text(/\S/, "a text that is not empty");
const port = between(1, 65_535, "a port number");
// The rules for names are kind's (pkg/internal/apis/config/validate.go); the length keeps
// `<name>-control-plane` within a host name's 63 characters.
const clusterName = text(
  /^[a-z0-9][a-z0-9.-]{0,47}$/,
  "a name of lower-case letters, digits, dots and dashes, at most 48 long, such as soc-demo",
);
// The grammar of references is the distribution project's (reference/regexp.go), a little tightened.
const REPOSITORY = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*`;
const repository = text(
  new RegExp(`^${REPOSITORY}$`),
  "an image repository without a tag, such as gcr.io/my-project/soc-backend",
);
const imageRef = text(
  new RegExp(String.raw`^${REPOSITORY}(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`),
  "an image reference such as gcr.io/my-project/soc-backend:2.0.0, without spaces",
);
const hostName = text(
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
  "a host name such as soc.example.com",
);
const url = text(
  /^(?:https?|oci):\/\/\S+$/,
  "the URL of a chart repository, such as https://charts.example.com",
);

/** Where an add-on's chart comes from. Everything that is downloaded can come from a mirror instead. */
export const addOn = {
  install: flag.optional(),
  chart: nonEmpty.optional(),
  repo: url.optional(),
  version: nonEmpty.optional(),
};

const address = text(
  /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/,
  "an address such as 203.0.113.7 or 203.0.113.7:443",
);
const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");

const issuer = oneOf(Object.keys(ISSUERS) as Issuer[]);

const image = z.strictObject({
  context: nonEmpty.optional(),
  dockerfile: nonEmpty.optional(),
  repository: repository.optional(),
  ref: imageRef.optional(),
});

/** A stack file's keys, without the prefix of the project. */
export const schema = z.strictObject({
  cluster: z
    .strictObject({
      kind: z
        .strictObject({
          name: clusterName.optional(),
          workers: between(1, 9, "a whole number").optional(),
          nodeImage: imageRef.optional(),
          httpPort: port.optional(),
          httpsPort: port.optional(),
        })
        .optional(),
      existing: z
        .strictObject({ kubeconfig: nonEmpty, context: nonEmpty, allowKind: flag.optional() })
        .optional(),
    })
    .optional(),
  images: z
    .strictObject({
      registry: repository.optional(),
      pushUsername: nonEmpty.optional(),
      pullUsername: nonEmpty.optional(),
      backend: image.optional(),
      frontend: image.optional(),
    })
    .optional(),
  ingress: z
    .strictObject({
      controller: oneOf(CONTROLLERS).optional(),
      ...addOn,
      className: nonEmpty.optional(),
      host: hostName.optional(),
    })
    .optional(),
  metricsServer: z.strictObject(addOn).optional(),
  timeout: between(10, 3600, "a whole number of seconds").optional(),
  certManager: z
    .strictObject({ ...addOn, email: email.optional(), issuer: issuer.optional() })
    .optional(),
  smokeCheck: z
    .strictObject({ run: flag.optional(), address: address.optional(), ca: nonEmpty.optional() })
    .optional(),
  openaiApiKey: z.unknown().optional(),
  registryPushPassword: z.unknown().optional(),
  registryPullPassword: z.unknown().optional(),
  values: leaf<Values>("a map of chart values", isMap).optional(),
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
    const known = knownKeys(issue.path).join(", ");
    return [`${key(at)}: must be a map, got ${show(issue.input)}. Known keys: ${known}`];
  }
  return [`${key(at)}: ${issue.message}`];
}

/** The keys that the schema knows at a path. */
function knownKeys(at: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const step of at) {
    node = unwrap(node);
    node = node instanceof z.ZodObject ? node.shape[String(step)] : undefined;
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
