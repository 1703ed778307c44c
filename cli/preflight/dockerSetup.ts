/** What in Docker's own configuration makes builds and pulls fail later. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isMap } from "../../config/values";
import { ANSWER, tryDocker } from "../../machine/docker";
import { which } from "../tools/executables";

/** A builder of Docker's. */
export interface Builder {
  readonly name: string;
  readonly driver: string;
}

/** Credential helpers that a file of Docker's names. */
export interface Helpers {
  readonly file: string;
  /** Those that are not on PATH. */
  readonly missing: readonly string[];
}

/** Drivers whose images are in the engine when they are built. */
const LOADING = ["docker", "cloud"];

/** The builder that `docker build` uses, where its images do not get into the engine by themselves. */
export async function foreignBuilder(): Promise<Builder | undefined> {
  const { ok, stdout } = await tryDocker(["buildx", "inspect"], ANSWER);
  const field = (name: string) =>
    new RegExp(`^${name}:\\s+(\\S.*)$`, "m").exec(stdout)?.[1]?.trim();
  const [name, driver] = [field("Name"), field("Driver")];
  return ok && name && driver && !LOADING.includes(driver) && !/default-load="?true/.test(stdout)
    ? { name, driver }
    : undefined;
}

/** Where an engine keeps things, as `docker info` says it. */
export interface DataFolders {
  readonly DockerRootDir: string;
  /** Of images: what keeps them, and the containerd that it is part of. */
  readonly DriverStatus?: readonly (readonly string[])[] | null;
  readonly Containerd?: { readonly Address: string };
}

/**
 * The folder that an engine's images fill. With the containerd store of Docker 29 that is containerd's, and another one than
 * Docker's where containerd is a service of the machine's: its address is below Docker's own folder where it is not.
 */
export function imagesFolder({ DockerRootDir, DriverStatus, Containerd }: DataFolders): string {
  const inContainerd = DriverStatus?.some(([, type]) => /^io\.containerd\./.test(type ?? ""));
  const ofMachine = Containerd !== undefined && !Containerd.Address.includes("/docker/");
  return inContainerd && ofMachine ? "/var/lib/containerd" : DockerRootDir;
}

/** Credential helpers that Docker's configuration names and that are not on PATH. */
export function missingHelpers(env: NodeJS.ProcessEnv = process.env): Helpers {
  const file = path.join(env["DOCKER_CONFIG"] ?? path.join(os.homedir(), ".docker"), "config.json");
  const config = read(file);
  const helpers = isMap(config["credHelpers"]) ? Object.values(config["credHelpers"]) : [];
  const names = [config["credsStore"], ...helpers]
    .filter((name): name is string => typeof name === "string" && name !== "")
    .map((name) => `docker-credential-${name}`);
  return { file, missing: [...new Set(names)].filter((name) => which(name, env) === undefined) };
}

function read(file: string): Readonly<Record<string, unknown>> {
  try {
    const config: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isMap(config) ? config : {};
  } catch {
    // None, or one that Docker itself complains about.
    return {};
  }
}
