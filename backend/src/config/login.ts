import { isIP } from "node:net";
import * as z from "zod";
import { commaSeparated } from "./texts.js";

/**
 * What somebody may do: `reader` sees everything, `analyst` decides too, `ingest` brings threats and sees
 * none.
 */
export const ROLES = ["reader", "analyst", "ingest"] as const;
export type Role = (typeof ROLES)[number];

/** How the tokens of an OIDC provider are judged. */
export interface OidcConfig {
  /** As the tokens' `iss` has it. `AUTH_ISSUER`. */
  readonly issuer: string;
  /** What the tokens' `aud` must hold: the id of the client. `AUTH_AUDIENCE`. */
  readonly audience: string;
  /** The claim with a user's groups; dots lead into objects. `AUTH_ROLES_CLAIM`, default groups. */
  readonly rolesClaim: string;
  /**
   * Which groups give a role, `*` for everybody who is signed in. `AUTH_READERS`, `AUTH_ANALYSTS` and
   * `AUTH_INGESTERS`, separated by commas, default soc-reader, soc-analyst and soc-ingest; empty for nobody.
   */
  readonly groups: Readonly<Record<Role, readonly string[]>>;
}

/** Who is let in; one of the two is there at least. */
export interface LoginConfig {
  /** Null without `AUTH_ISSUER`. */
  readonly oidc: OidcConfig | null;
  /** Folder with a file for each machine token. `AUTH_TOKENS_DIR`; null for none. */
  readonly tokensDir: string | null;
}

/** Whether what is sent to a URL stays unread on the way: by TLS, or as it does not leave the machine. */
export function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const { protocol, hostname } = new URL(url);
  const loopback =
    hostname === "localhost" ||
    hostname === "[::1]" ||
    (isIP(hostname) === 4 && hostname.startsWith("127."));
  return protocol === "https:" || (protocol === "http:" && loopback);
}

/** Whether a URL has a user or a password, of which no OIDC issuer has one. */
function hasUserInfo(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}

/** The names in a text, of which an empty one has none. */
const names = z.string().transform((text) => commaSeparated(text).filter((name) => name !== ""));

/** The variables of the environment that are about login. */
export const LOGIN_KEYS = {
  AUTH_ISSUER: z
    .string()
    .refine((url) => isSafeUrl(url) && !/[?#]/.test(url) && !hasUserInfo(url))
    .optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_ROLES_CLAIM: z.string().default("groups"),
  AUTH_READERS: names.default(["soc-reader"]),
  AUTH_ANALYSTS: names.default(["soc-analyst"]),
  AUTH_INGESTERS: names.default(["soc-ingest"]),
  AUTH_TOKENS_DIR: z.string().nullable().default(null),
};

/** Those of {@link LOGIN_KEYS} whose empty text is not an absent one: it gives their role to nobody. */
export const MAY_BE_EMPTY: readonly string[] = [
  "AUTH_READERS",
  "AUTH_ANALYSTS",
  "AUTH_INGESTERS",
] satisfies (keyof typeof LOGIN_KEYS)[];

const GROUPS = "names of groups, separated by commas, or *";

/** What each of {@link LOGIN_KEYS} must be. */
export const LOGIN_EXPECTED: Readonly<Record<keyof typeof LOGIN_KEYS, string>> = {
  AUTH_ISSUER:
    "the https URL of an OIDC issuer, without a user or a query (http only on a loopback address)",
  AUTH_AUDIENCE: "the id of a client",
  AUTH_ROLES_CLAIM: "the name of a claim",
  AUTH_READERS: GROUPS,
  AUTH_ANALYSTS: GROUPS,
  AUTH_INGESTERS: GROUPS,
  AUTH_TOKENS_DIR: "a folder",
};

/** Who is let in by what the variables say; null where login is off. */
export function loginOf(values: z.infer<z.ZodObject<typeof LOGIN_KEYS>>): LoginConfig | null {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_TOKENS_DIR: tokensDir } = values;
  const oidc =
    issuer === undefined || audience === undefined
      ? null
      : {
          issuer,
          audience,
          rolesClaim: values.AUTH_ROLES_CLAIM,
          groups: {
            reader: values.AUTH_READERS,
            analyst: values.AUTH_ANALYSTS,
            ingest: values.AUTH_INGESTERS,
          },
        };
  return oidc === null && tokensDir === null ? null : { oidc, tokensDir };
}
