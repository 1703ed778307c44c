/** What can be wrong with how images are built: the part of the faults that is about builds. */
import type { BuildSecret } from "../config/settings";
import type { Fault } from "./faults";

const OWN_BUILDER = "Choose the engine's own: docker buildx use default";

/** A builder whose images do not get into the engine. */
export function foreignBuilder(name: string, driver: string): Fault {
  const what = `the chosen builder ${name} (${driver}) keeps what it builds for itself`;
  return { what, why: "npm run dev would find no image in the engine", fix: OWN_BUILDER };
}

/** A folder that is there, and that Docker's CLI does not see. */
export function hiddenFolder(folder: string): Fault {
  return {
    what: `Docker's CLI does not see ${folder}, as one installed as a snap`,
    why: "npm run dev, docker compose and builds with secrets would fail",
    fix: "Install Docker's own packages (https://docs.docker.com/engine/install/), or move the project to a folder in your home that is not hidden, and set TMPDIR to another one",
  };
}

/** An image that was just built, and that the engine does not have. */
export function builtElsewhere(image: string): Fault {
  const why = "the chosen builder keeps what it builds for itself";
  return { what: `${image} was built and is not in the Docker engine`, why, fix: OWN_BUILDER };
}

/** A part whose image is to be built for what the nodes of a Kind cluster do not run. @param runs what they run */
export function foreignPlatform(part: string, platform: string, runs: string): Fault {
  return {
    what: `${part} is built for ${platform} by soc-agent:images.${part}.platform, and Kind's nodes run ${runs} as the Docker engine does`,
    fix: "Remove that key",
  };
}

/** A part whose image cannot be of all its nodes' platforms. */
export function mixedNodes(part: string, platforms: readonly string[]): Fault {
  return {
    what: `the cluster's nodes run ${platforms.join(" and ")}, and soc-agent:images.${part}.platform does not say which is meant`,
    fix: `Set it to one of them, and soc-agent:values.nodeSelector to its nodes, such as {kubernetes.io/arch: ${platforms[0]?.split("/")[1]}}`,
  };
}

/** A part whose build runs programs that the engine cannot. @param engine its platform */
export function noEmulation(part: string, platform: string, engine: string): Fault {
  return {
    what: `${part} is built for ${platform}, and this Docker engine (${engine}) runs nothing of that`,
    why: "a RUN step of its Dockerfile will fail with an exec format error",
    fix: `Give the engine emulation (https://docs.docker.com/build/building/multi-platform/#qemu), or build on such a machine and set soc-agent:images.${part}.ref`,
  };
}

/** No buildx, where images are built with secrets. */
export function noBuildx(): Fault {
  return {
    what: "docker has no buildx, which alone builds with soc-agent:images.<part>.secrets",
    fix: "Install it: https://docs.docker.com/build/concepts/overview/#install-buildx. Or remove the secrets",
  };
}

/** A secret of a part's build that is not where it should be. */
export function noBuildSecret(part: string, id: string, secret: BuildSecret): Fault {
  const at = `the secret soc-agent:images.${part}.secrets.${id}`;
  return "file" in secret
    ? {
        what: `${at} is the file ${secret.file}, which does not exist`,
        fix: "Make it, or correct the path, which is relative to the project",
      }
    : {
        what: `${at} is the variable ${secret.env}, which is not set`,
        fix: `Set it for this command: export ${secret.env}=...`,
      };
}

/** A proxy on this machine's loopback interface. @param from what names it @param whose what is to use it */
export function loopbackProxy(name: string, address: string, from: string, whose: string): Fault {
  return {
    what: `${name} of ${from} is ${address}, which is the container's own address in ${whose}`,
    why: "what they download fails",
    fix: "Have the proxy listen on an address that containers reach, such as that of Docker's bridge, and name it there",
  };
}
