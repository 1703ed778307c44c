/** What in Docker's own configuration makes builds and pulls fail later. */
import { isMap } from "../../config/values";
import { ANSWER, tryDocker } from "../../machine/docker";
import {
  buildProxies,
  loopbackProxies,
  readDockerConfig,
  type LoopbackProxy,
} from "../../machine/dockerConfig";
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

/** A proxy that containers cannot reach, though they are told to use it. */
export interface UnreachableProxy extends LoopbackProxy {
  /** What names it. */
  readonly from: string;
  /** Whose containers they are. */
  readonly whose: string;
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
  const { file, config } = readDockerConfig(env);
  const helpers = isMap(config["credHelpers"]) ? Object.values(config["credHelpers"]) : [];
  const names = [config["credsStore"], ...helpers]
    .filter((name): name is string => typeof name === "string" && name !== "")
    .map((name) => `docker-credential-${name}`);
  return { file, missing: [...new Set(names)].filter((name) => which(name, env) === undefined) };
}

/**
 * Proxies on this machine's loopback interface: those that builds get from Docker's configuration, and those that
 * Kind hands from its environment to the nodes (kind, pkg/cluster/internal/providers/common/proxy.go).
 *
 * @param host the engine's endpoint
 * @param onKind whether there are such nodes
 */
export function unreachableProxies(
  host: string,
  onKind: boolean,
  env: NodeJS.ProcessEnv = process.env,
): UnreachableProxy[] {
  const { file, config } = readDockerConfig(env);
  const ofNodes = {
    HTTP_PROXY: env["HTTP_PROXY"] ?? env["http_proxy"],
    HTTPS_PROXY: env["HTTPS_PROXY"] ?? env["https_proxy"],
  };
  return [
    ...loopbackProxies(buildProxies(host, config)).map((proxy) => ({
      ...proxy,
      from: file,
      whose: "builds",
    })),
    ...loopbackProxies(onKind ? ofNodes : {}).map((proxy) => ({
      ...proxy,
      from: "the environment",
      whose: "Kind's nodes",
    })),
  ];
}
