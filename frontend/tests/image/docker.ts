import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Longer than a cold build of the image. */
const TIMEOUT_MS = 280_000;

/** Runs a docker command and gives what it printed. @throws Error when it fails or hangs. */
export async function docker(...args: readonly string[]): Promise<string> {
  try {
    const options = { maxBuffer: 16 * 1024 * 1024, timeout: TIMEOUT_MS };
    const { stdout } = await run("docker", args, options);
    return stdout.trim();
  } catch (error) {
    // Its message has standard error alone, and the classic builder tells on standard output what a step said.
    if (error instanceof Error && "stdout" in error) {
      error.message += `\n${String(error.stdout)}`;
    }
    throw error;
  }
}

/**
 * Whether a Docker engine answers. Without one a test run by hand says so in one line and goes on;
 * with `CI=true` it fails.
 *
 * @throws Error with `CI=true`
 */
export function hasDocker(): boolean {
  try {
    execFileSync("docker", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    const text = "no Docker engine answers";
    if (process.env.CI === "true") {
      throw new Error(text);
    }
    console.log(`SKIPPED image tests: ${text}`);
    return false;
  }
}
