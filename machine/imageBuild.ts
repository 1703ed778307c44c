/** How Docker's CLI is told to build an image: as Pulumi's provider builds it. */
import type { BuildSettings } from "../config/settings";

/**
 * Arguments of Docker's CLI.
 *
 * @param ref what the image is called
 * @param platform what it is built for
 */
export function buildArguments(ref: string, settings: BuildSettings, platform: string): string[] {
  const { context, dockerfile, args = {}, target } = settings;
  return [
    "build",
    ...["--tag", ref],
    ...["--file", dockerfile],
    // Also where another builder than the engine's is chosen, which may be made for something else.
    ...["--platform", platform],
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...(target === undefined ? [] : ["--target", target]),
    // A build that fails leaves no container behind, also with the classic builder.
    "--force-rm",
    context,
  ];
}
