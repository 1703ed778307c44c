/** The Helms that are on the PATH. */
import { run } from "../../machine/run";

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
