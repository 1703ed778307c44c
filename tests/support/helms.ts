/** The Helms that are on the PATH. */
import * as assert from "node:assert/strict";
import type { Context } from "mocha";
import { run } from "../../machine/run";
import type { Project } from "./project";

/** What they are called where there are several. */
export const HELMS = ["helm", "helm3", "helm4"] as const;

/** The programs of Helm 3 and Helm 4, by major version; without those that are not there. */
export async function helmsByMajor(): Promise<Readonly<Record<string, string>>> {
  const versions = await Promise.all(
    HELMS.map(async (program) => {
      const { stdout } = await run(program, ["version", "--short"]);
      const [, major] = /^v([34])\./.exec(stdout) ?? [];
      return major === undefined ? [] : [[major, program] as const];
    }),
  );
  return Object.fromEntries(versions.flat().reverse());
}

/** Puts Helm 4 first on a project's PATH, for all that follows; says so and skips the test where there is none. */
export async function goOnWithHelm4(test: Context, project: Project): Promise<void> {
  const { 4: program } = await helmsByMajor();
  if (program === undefined) {
    console.log(`NOT RUN: needs Helm 4 on the PATH, as one of ${HELMS.join(", ")}`);
    test.skip();
  }
  await project.alias("helm", program);
  assert.match(await project.must("helm", ["version", "--short"]), /^v4\./);
}
