/** Which process listens on a port. */
import * as fs from "node:fs";
import * as path from "node:path";
import { lines, run } from "../../machine/run";

/** Milliseconds that one question to the machine may take. */
const TIMEOUT = 10_000;

/**
 * Says which process listens on a TCP port, as far as this user may know.
 *
 * @param first the protocol whose sockets are looked at first
 */
export async function holderOf(port: number, first: "tcp" | "tcp6" = "tcp"): Promise<string> {
  const linux = fs.existsSync("/proc/net/tcp");
  const holder = linux ? linuxHolder(port, first) : await lsofHolder(port);
  return holder ?? "a process of another user";
}

/** Follows the port to its socket's inode, and the inode to the process that has it open. */
function linuxHolder(port: number, first: "tcp" | "tcp6"): string | undefined {
  const socket = [first, first === "tcp" ? "tcp6" : "tcp"]
    .map((protocol) => `/proc/net/${protocol}`)
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => parseListeners(fs.readFileSync(file, "utf8")))
    .find((listener) => listener.port === port);
  if (!socket) {
    return undefined;
  }
  const target = `socket:[${socket.inode}]`;
  const pid = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) => hasOpen(name, target));
  return pid ? `process ${pid} (${commandOf(pid)})` : `a process of user ${socket.uid}`;
}

/** A socket that listens. */
export interface Listener {
  readonly port: number;
  readonly uid: number;
  readonly inode: number;
}

/**
 * Reads the listening sockets out of `/proc/net/tcp` or `tcp6`.
 *
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function parseListeners(table: string): Listener[] {
  return lines(table)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A")
    .map(([, local = "", , , , , , uid, , inode]) => ({
      port: Number.parseInt(local.split(":")[1] ?? "", 16),
      uid: Number(uid),
      inode: Number(inode),
    }));
}

function hasOpen(pid: string, target: string): boolean {
  const dir = `/proc/${pid}/fd`;
  try {
    return fs.readdirSync(dir).some((fd) => linkOf(path.join(dir, fd)) === target);
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** A process's command line, cut to what is needed to recognise it. */
function commandOf(pid: string): string {
  try {
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.join(" ").trim().slice(0, 80);
  } catch {
    return "just ended";
  }
}

async function lsofHolder(port: number): Promise<string | undefined> {
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
  const { ok, stdout } = await run("lsof", args, { timeout: TIMEOUT });
  const field = (name: string) =>
    lines(ok ? stdout : "")
      .find((line) => line.startsWith(name))
      ?.slice(1);
  const pid = field("p");
  return pid && `process ${pid} (${field("c") ?? "?"})`;
}
