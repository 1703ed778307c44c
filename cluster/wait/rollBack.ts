/** What becomes of a release that does not become ready: what Helm's own `--atomic` does, by a wait that says why. */
import type { Api } from "../../machine/apiServer";
import { helmIn, revisionsOf, type ReleaseName, type Revision } from "../../machine/helm";
import type { Target } from "../../machine/kubectl";
import { messageOf } from "../../machine/run";
import { looker } from "./look";
import { watch } from "./watch";

/**
 * Puts a release back to the newest revision before that becomes ready, and removes it where there is none.
 *
 * @param failed its newest revision
 * @param options `timeout`: seconds until one must be ready; `nodes`: see {@link looker}
 * @returns what was done, for people, also where it could not be done
 */
export async function rollBack(
  api: Api,
  target: Target,
  release: ReleaseName,
  failed: Revision,
  { timeout, nodes }: { readonly timeout: number; readonly nodes?: number },
): Promise<string> {
  const helm = helmIn(target, release);
  const deadline = Date.now() + timeout * 1000;
  const tried: string[] = [];
  try {
    for (const { revision, manifest } of revisionsBefore(await revisionsOf(api, release), failed)) {
      // Each way back is a revision more: the next upgrade takes care of their number.
      const how = ["--cleanup-on-fail", "--history-max", "0"];
      await helm(["rollback", release.name, String(revision), ...how]);
      const look = await looker(api, release, manifest, nodes);
      const rest = Math.max(0, deadline - Date.now()) / 1000;
      const problem = await watch(look, async () => [], release.name, rest).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
      if (problem === undefined) {
        return [...tried, `Rolled back to revision ${revision}, which is ready. ${AGAIN}`].join(
          "\n",
        );
      }
      // A revision that was not awaited, or not to its end, counts for Helm like any other.
      tried.push(`Rolled back to revision ${revision}, which is not ready either: ${problem}`);
    }
    if (tried.length > 0) {
      return [...tried, AGAIN].join("\n");
    }
    await helm(["uninstall", release.name]);
    return `It was its first revision, and is removed again. ${AGAIN}`;
  } catch (error) {
    return [...tried, `It could not be rolled back, and stays as it is: ${messageOf(error)}`].join(
      "\n",
    );
  }
}

const AGAIN = "Mend the cause, and npm run up tries again.";

/** The revisions before one that has failed, the newest first, of those that Helm has ever taken for good. */
export function revisionsBefore(newestFirst: readonly Revision[], failed: Revision): Revision[] {
  return newestFirst.filter(
    ({ revision, status }) => revision < failed.revision && /^(deployed|superseded)$/.test(status),
  );
}
