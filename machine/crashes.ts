/**
 * What an image that was not made for this chart dies of, by what its log says: which of the chart's values
 * lets it run. Beside the faults of a machine, and in the same documents.
 */
import { posix } from "node:path";
import { PARTS, type Part } from "../config/settings";
import type { Fault } from "./faults";

/** A cause of crashes that is known. */
export interface Crash {
  /** Lines that programs die with, in the words of Python, nginx, Node.js and others. Its groups find a path. */
  readonly pattern: RegExp;
  /** What it means for a part. @param at the path, or a text in its place */
  readonly explain: (part: Part, at: string) => Fault;
}

/** A chart value as a stack file names it. */
const value = (name: string) => `soc-agent:values.${name}`;

const PATH = String.raw`["'\x60]?(\/[^\s"'\x60:,()]+)["'\x60]?`;
const READ_ONLY = "read-only file ?system";

/** The folder of a path, or the path itself where that is the root. */
function folderOf(at: string): string {
  const folder = posix.dirname(at);
  return folder === "/" || folder === "." ? at : folder;
}

/** A path that a part wants to write, in a folder that is not writable. */
function readOnly(part: Part, at: string, folder: string): Fault {
  return {
    what: `the ${part} cannot write ${at}`,
    why: "its file system is read-only",
    fix: `Add ${folder} to ${value(`${part}.writablePaths`)}`,
  };
}

/** Every known cause; of those that fit, all are told. */
export const CRASHES: readonly Crash[] = [
  {
    pattern: /Authentication required|\bNOAUTH\b/,
    explain: (part) => ({
      what: `the ${part} sends Redis no password`,
      why: "it does not read REDIS_PASSWORD",
      fix: `Set ${value("backend.redisPasswordIn")} to url, which puts the password into REDIS_URL, or to none for a backend that knows of no password`,
    }),
  },
  {
    pattern: /\bWRONGPASS\b|invalid username-password pair/,
    explain: (part) => ({
      what: `the ${part} sends Redis a password that is not Redis's`,
      why: "in a URL, some characters must be percent-encoded",
      fix: `Use a password of letters, digits and -._~ with ${value("backend.redisPasswordIn")}=url, or set it to variable`,
    }),
  },
  {
    // The words come before the path, or after it.
    pattern: new RegExp(`${PATH}[^/\n]*${READ_ONLY}|${READ_ONLY}[^/\n]*${PATH}`, "i"),
    explain: (part, at) => readOnly(part, at, folderOf(at)),
  },
  {
    // nginx's start script looks at the folder itself.
    pattern: new RegExp(`but ${PATH} is not writable`),
    explain: (part, at) => readOnly(part, `into ${at}`, at),
  },
  {
    pattern: /\b(?:bind|listen)\b.*permission denied/i,
    explain: (part) => ({
      what: `the ${part} may not listen on its port`,
      why: "ports below 1024 are for root, which it is not",
      fix:
        part === "backend"
          ? `Let it listen on 8000, where the chart asks it, by a variable of its own in ${value("backend.env")}`
          : `Set ${value(`${part}.podSecurityContext.sysctls`)} to [{name: net.ipv4.ip_unprivileged_port_start, value: "0"}]`,
    }),
  },
  {
    pattern: new RegExp(`permission denied[^/\n]*${PATH}|${PATH}[^/\n]*permission denied`, "i"),
    explain: (part, at) => ({
      what: `the ${part} has no permission for ${at}`,
      why: "it belongs to another user",
      fix: `Add ${folderOf(at)} to ${value(`${part}.writablePaths`)}, or set ${value(`${part}.podSecurityContext.runAsUser`)} to the image's own user`,
    }),
  },
  {
    pattern: /uid not found|no such user|cannot find name for user/i,
    explain: (part) => ({
      what: `the ${part} does not know the user that it runs as`,
      fix: `Set ${value(`${part}.podSecurityContext.runAsUser`)} to a user of the image`,
    }),
  },
  {
    pattern: /host not found in upstream/,
    explain: (part) => ({
      what: `the ${part} asks for a host that the cluster does not have`,
      why: "the chart's Services have other names than Docker Compose's",
      fix: `Let it take the name from BACKEND_HOST and BACKEND_PORT, or give it the variable that it reads by ${value(`${part}.extraEnv`)}`,
    }),
  },
  {
    pattern: /exec: "(?:\/bin\/)?sh": .*(?:not found|no such file)/,
    explain: (part) => ({
      what: `the ${part}'s image has no shell`,
      why: "what it has in a writable folder is copied by one",
      fix: `Write {path: FOLDER, seed: false} in ${value(`${part}.writablePaths`)}: it begins empty, without a copy`,
    }),
  },
];

/**
 * What a crash comes from, where that is known.
 *
 * @param part whose it is, which is its container's name; nothing is known of others
 * @param said its last log lines, or what the kubelet says of it
 */
export function crashFaults(part: string, said: string): Fault[] {
  const known = PARTS.find((one) => one === part);
  return known === undefined
    ? []
    : CRASHES.flatMap(({ pattern, explain }) => {
        const match = pattern.exec(said);
        return match ? [explain(known, match.slice(1).find(Boolean) ?? "that file")] : [];
      });
}
