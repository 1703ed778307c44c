/** What becomes of a release that does not become ready: what Helm's own `--atomic` does, by a wait that says why. */
import type { Api } from "../../machine/apiServer";
import { helmIn, revisionsOf, type ReleaseName, type Revision } from "../../machine/helm";
import type { Target } from "../../machine/kubectl";
import { messageOf } from "../../machine/run";
import { MAX_HISTORY } from "../../plan/releases";
import { looker } from "./look";
import { watch } from "./watch";

/**
 * Puts a release back to the revision before, and removes it where there is none.
 *
 * @param failed its newest revision
 * @param options `timeout`: seconds until the revision before must be ready; `nodes`: see {@link looker}
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
  try {
    const before = revisionBefore(await revisionsOf(api, release), failed);
    if (before === undefined) {
      await helm(["uninstall", release.name]);
      return `It was its first revision, and is removed again. ${AGAIN}`;
    }
    const { revision, manifest } = before;
    const keep = ["--history-max", String(MAX_HISTORY)];
    await helm(["rollback", release.name, String(revision), "--cleanup-on-fail", ...keep]);
    const look = await looker(api, release, manifest, nodes);
    const ready = await watch(look, async () => [], release.name, timeout).then(
      () => "and is ready",
      (error: unknown) => `and is not ready either. ${messageOf(error)}`,
    );
    return `Revision ${revision}, the one before, is rolled back to, ${ready}. ${AGAIN}`;
  } catch (error) {
    return `It could not be rolled back, and stays as it is: ${messageOf(error)}`;
  }
}

const AGAIN = "Mend the cause, and npm run up tries again.";

/** The newest revision before one that has failed, of those that Helm has ever taken for good. */
export function revisionBefore(
  newestFirst: readonly Revision[],
  failed: Revision,
): Revision | undefined {
  return newestFirst.find(
    ({ revision, status }) => revision < failed.revision && /^(deployed|superseded)$/.test(status),
  );
}
