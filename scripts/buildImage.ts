/**
 * Builds an image with secrets, by buildx, into the engine or to its registry. What is pushed has its digest printed.
 *
 * IMAGE      what it is called
 * BUILD      what it is made of, as JSON: see {@link Build}
 * PLATFORM   what it is built for
 * TO         where it goes: engine or registry
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { docker } from "../machine/docker";
import { failedStep, PLAIN_BUILD } from "../machine/failedStep";
import { buildArguments, type Build } from "../machine/imageBuild";
import { runMain } from "../machine/run";

async function main(): Promise<void> {
  const { IMAGE, BUILD, PLATFORM, TO } = process.env;
  if (!IMAGE || !BUILD || !PLATFORM || (TO !== "engine" && TO !== "registry")) {
    throw new Error("IMAGE, BUILD, PLATFORM and TO must be set");
  }
  const build = buildArguments(IMAGE, JSON.parse(BUILD) as Build, PLATFORM, TO);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-build-"));
  const metadata = path.join(dir, "metadata.json");
  try {
    const options = { env: { ...process.env, ...PLAIN_BUILD }, why: failedStep };
    await docker([...build, "--metadata-file", metadata], options);
    if (TO === "registry") {
      process.stdout.write(digestIn(fs.readFileSync(metadata, "utf8")));
    }
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/** What buildx writes of an image that it has pushed: https://docs.docker.com/reference/cli/docker/buildx/build/#metadata-file */
function digestIn(metadata: string): string {
  const { "containerimage.digest": digest } = JSON.parse(metadata) as Record<string, unknown>;
  if (typeof digest !== "string") {
    throw new Error("buildx gave no digest for a pushed image");
  }
  return digest;
}

runMain(main);
