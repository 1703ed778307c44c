import { createHash, timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES, type Role } from "./login.js";
import { errorCode } from "./texts.js";

/** A token that a machine shows. */
export interface MachineToken {
  /** Its file's: a role, or `role.name`. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, which itself is not kept. */
  readonly digest: Buffer;
}

/** What a folder of tokens has, and what is wrong with the rest of it. */
export interface TokenFolder {
  readonly tokens: readonly MachineToken[];
  readonly problems: readonly string[];
}

/** Fewer could be guessed. */
const MIN_CHARACTERS = 20;
const NAME = new RegExp(`^(${ROLES.join("|")})(\\.[\\w.-]+)?$`);
/** What a header can carry: `b64token` of RFC 6750, section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;

/** What is kept of a token, and compared. */
export function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The token of a list that somebody shows, found in a time that says nothing of the others; null if none is. */
export function findToken<T extends MachineToken>(tokens: readonly T[], shown: string): T | null {
  const digest = digestOf(shown);
  return tokens.find((token) => timingSafeEqual(token.digest, digest)) ?? null;
}

/**
 * Reads a folder of tokens, such as a mounted Secret. Files whose name begins with a dot are none, as
 * Kubernetes keeps versions of a Secret in such.
 *
 * @param before what was read the last time, which counts on where it cannot be read now
 */
export function readMachineTokens(
  folder: string,
  before: readonly MachineToken[] = [],
): TokenFolder {
  const problems: string[] = [];
  const files = listed(folder, problems);
  if (files === null) {
    return { tokens: before, problems };
  }
  const read = files.flatMap((file) => tokenOf(folder, file, before, problems) ?? []);
  const tokens = read.filter((token) => {
    const same = read.filter(({ digest }) => digest.equals(token.digest));
    if (same.length > 1 && same[0] === token) {
      const names = same.map(({ name }) => name).join(" and ");
      problems.push(`AUTH_TOKENS_DIR: ${names} have the same token; give each its own`);
    }
    return same.length === 1;
  });
  return { tokens, problems };
}

/** The token of a file; null where it has none that can be accepted. */
function tokenOf(
  folder: string,
  file: string,
  before: readonly MachineToken[],
  problems: string[],
): MachineToken | null {
  const path = join(folder, file);
  const [, role] = NAME.exec(file) ?? [];
  if (role === undefined) {
    problems.push(
      `AUTH_TOKENS_DIR: the name of ${path} must be one of ${ROLES.join(", ")}, or such as ingest.wazuh`,
    );
    return null;
  }
  let token: string;
  try {
    // An editor ends a file with a newline that no token has.
    token = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const code = errorCode(error);
    problems.push(`AUTH_TOKENS_DIR: ${path} cannot be read (${code})`);
    // A file that is gone was taken away; any other failure says nothing of its token.
    return code === "ENOENT" ? null : (before.find(({ name }) => name === file) ?? null);
  }
  if (token.length < MIN_CHARACTERS || !TOKEN.test(token)) {
    problems.push(
      `AUTH_TOKENS_DIR: ${path} must hold at least ${MIN_CHARACTERS} characters of A-Z a-z 0-9 - . _ ~ + /, ` +
        `got ${token.length} characters; openssl rand -hex 32 makes some`,
    );
    return null;
  }
  return { name: file, role: role as Role, digest: digestOf(token) };
}

function listed(folder: string, problems: string[]): readonly string[] | null {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (error) {
    problems.push(
      `AUTH_TOKENS_DIR must be a folder that can be read, got "${folder}" (${errorCode(error)})`,
    );
    return null;
  }
}
