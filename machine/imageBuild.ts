/** How Docker's CLI is told to build an image: as Pulumi's provider builds it. */
import * as fs from "node:fs";
import { expandHome } from "../config/defaults";
import { PARTS, type BuildSecret, type BuildSettings, type StackConfig } from "../config/settings";
import { noBuildSecret, noBuildx } from "./buildFaults";
import { ANSWER, tryDocker } from "./docker";
import type { Fault } from "./faults";

/** What decides an image, wherever it goes. */
export type Build = Pick<BuildSettings, "context" | "dockerfile" | "args" | "target" | "secrets">;

/** Where an image goes. A push needs buildx. */
export type Destination = "engine" | "registry";

/**
 * Arguments of Docker's CLI. Secrets make it call buildx, which alone knows of them.
 *
 * @param ref what the image is called
 * @param platform what it is built for
 */
export function buildArguments(
  ref: string,
  { context, dockerfile, args = {}, target, secrets }: Build,
  platform: string,
  to: Destination = "engine",
): string[] {
  const output = to === "engine" ? "--load" : "--push";
  return [
    ...(secrets || to === "registry" ? ["buildx", "build", output] : ["build"]),
    ...["--tag", ref],
    ...["--file", dockerfile],
    // Also where another builder than the engine's is chosen, which may be made for something else.
    ...["--platform", platform],
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...(target === undefined ? [] : ["--target", target]),
    ...Object.entries(secrets ?? {}).flatMap(([id, secret]) => [
      "--secret",
      secretOption(id, secret),
    ]),
    // A build that fails leaves no container behind, also with the classic builder.
    "--force-rm",
    context,
  ];
}

/** Fields of CSV, in which a path may have a comma. */
function secretOption(id: string, secret: BuildSecret): string {
  const where = "file" in secret ? `src=${expandHome(secret.file)}` : `env=${secret.env}`;
  const field = /[,"]/.test(where) ? `"${where.replaceAll('"', '""')}"` : where;
  return `id=${id},${field}`;
}

/** Platforms whose programs the chosen builder runs; none known where there is no buildx, or it does not tell. */
export async function builderPlatforms(): Promise<readonly string[] | undefined> {
  const { ok, stdout } = await tryDocker(["buildx", "inspect"], ANSWER);
  const [, list] = /^Platforms:\s+(\S.*)$/m.exec(stdout) ?? [];
  // A star marks those that were asked for when the builder was made.
  return ok ? list?.split(",").map((one) => one.trim().replace(/\*$/, "")) : undefined;
}

/** Parts that are built with secrets, which Docker's CLI builds and not Pulumi's provider. */
export function secretParts(images: StackConfig["images"]) {
  return PARTS.flatMap((part) => {
    const settings = images[part];
    return settings.kind === "build" && settings.secrets
      ? [{ part, secrets: settings.secrets }]
      : [];
  });
}

/** What keeps images from being built with their secrets: no buildx, and secrets that are not there. */
export async function secretFaults(images: StackConfig["images"]): Promise<Fault[]> {
  const parts = secretParts(images);
  const lacksBuildx = parts.length > 0 && !(await tryDocker(["buildx", "version"], ANSWER)).ok;
  const missing = parts.flatMap(({ part, secrets }) =>
    Object.entries(secrets)
      .filter(([, secret]) => !isThere(secret))
      .map(([id, secret]) => noBuildSecret(part, id, secret)),
  );
  return [...(lacksBuildx ? [noBuildx()] : []), ...missing];
}

function isThere(secret: BuildSecret): boolean {
  return "file" in secret
    ? fs.existsSync(expandHome(secret.file))
    : process.env[secret.env] !== undefined;
}
