/** The blocks of a stack file that configure add-ons, as the catalogue has them. */
import { z } from "zod";
import { CONTROLLERS, namesIn, perBlock, rowOf, type Block, type OwnBlock } from "./addOns";
import {
  ISSUER_NAMES,
  email,
  endpoint,
  flag,
  hostName,
  imageRef,
  issuer,
  link,
  nonEmpty,
  oneOf,
  repository,
  url,
} from "./leaves";
import { STACK_PARTS, type StackPart } from "./settings";

/**
 * A key that need not be set.
 *
 * @param what what it is, for the documents
 * @param byDefault what holds without it, where that is no setting of its own
 */
export function optional<T extends z.ZodType>(schema: T, what: string, byDefault?: string) {
  return schema.optional().meta({ description: what, ...(byDefault && { byDefault }) });
}

/** The key that every add-on has. @param byDefault what holds without it, where that is no setting */
const addOn = (purpose: string, byDefault?: string) => ({
  install: optional(flag, `Install ${purpose}`, byDefault),
});

/** Where an add-on's chart comes from. Everything that is downloaded can come from a mirror instead. */
const source = {
  chart: optional(nonEmpty, "Its chart: a name in the repository, a folder or an archive"),
  repo: optional(url, "Repository of the chart; a mirror of it, for instance"),
  version: optional(nonEmpty, "Version of the chart"),
};

type AddOnKeys = ReturnType<typeof addOn>;

/** The keys that add-ons have, if they have them. */
export type AddOnInput = z.infer<z.ZodObject<AddOnKeys & typeof source>>;

/** What holds without `install`, where more than the kind of cluster decides. */
const INSTALLED: { readonly [B in Block]?: string } = {
  observability: "on Kind the first `up` decides: `true` if Docker has 8 GiB; else `false`",
};

/** What some blocks of add-ons have besides. */
const blockKeys = {
  ingress: {
    controller: optional(oneOf(CONTROLLERS), `Which controller: ${CONTROLLERS.join(" or ")}`),
    className: optional(nonEmpty, "IngressClass of the application's Ingress"),
    host: optional(hostName, "Host that the Ingress answers to", "`localhost`"),
  },
  certManager: {
    email: optional(email, "Whom Let's Encrypt may write to; needed to install it"),
    issuer: optional(issuer, `The ClusterIssuer: ${ISSUER_NAMES.join(" or ")}`),
  },
  observability: {
    existing: z
      .strictObject({
        endpoint: endpoint.meta({
          description: "Instead of installing one: where a stack that exists takes OTLP over gRPC",
        }),
        links: z
          .strictObject({
            trace: optional(
              link,
              'Where the dashboard\'s "Trace" leads, with `{trace_id}` or `{threat_id}`',
            ),
            logs: optional(link, 'Where its "Logs" leads, in the same form'),
          })
          .optional(),
      })
      .optional(),
    images: z
      .strictObject(perPart((part) => optional(imageRef, `Image of ${part}`, "that of the chart")))
      .optional(),
    mirror: optional(repository, "Registry that all of its images come from"),
    expose: optional(
      flag,
      "Whether `/grafana`, `/jaeger` and `/prometheus` are reached through the ingress. Jaeger and Prometheus ask for no password",
    ),
  },
};

/** Something for each part of the observability stack. */
function perPart<T>(make: (part: StackPart) => T): Record<StackPart, T> {
  return Object.fromEntries(STACK_PARTS.map((part) => [part, make(part)])) as Record<StackPart, T>;
}

/** A block of the stack file, as every add-on's and with what only it has. */
type BlockSchema<B extends Block> = z.ZodOptional<
  z.ZodObject<
    AddOnKeys &
      (B extends OwnBlock ? unknown : typeof source) &
      (B extends keyof typeof blockKeys ? (typeof blockKeys)[B] : unknown),
    z.core.$strict
  >
>;

/** The blocks of the catalogue's add-ons. */
export function addOnBlocks(): { readonly [B in Block]: BlockSchema<B> } {
  const more: Partial<Record<Block, z.ZodRawShape>> = blockKeys;
  return perBlock((block) => {
    const { purpose, source: usual } = rowOf(namesIn(block)[0]);
    return z
      .strictObject({
        ...addOn(purpose, INSTALLED[block]),
        ...(usual.repo !== undefined && source),
        ...more[block],
      })
      .optional();
  }) as { [B in Block]: BlockSchema<B> };
}
