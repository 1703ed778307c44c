/** Folders of this machine that Docker's CLI does not see, though they are there. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { ANSWER, tryDocker } from "../../machine/docker";

/** What Docker's CLI says of a file that it may not open, or that is not there for it. */
const HIDDEN = /^open .*: (?:no such file or directory|permission denied)$/m;

/**
 * The project's folder and the one for temporary files, where Docker's CLI sees them not. As a snap it sees neither hidden
 * folders nor those outside the user's home, and has a `/tmp` of its own (https://snapcraft.io/docs/home-interface).
 *
 * @param project the project's folder
 */
export async function hiddenFolders(project = ROOT): Promise<string[]> {
  const temporary = os.tmpdir();
  // Folders in them, since others of their names may be there.
  const inside = fs.mkdtempSync(path.join(temporary, "soc-look-"));
  try {
    const hidden = await Promise.all([isHidden(path.join(project, "charts")), isHidden(inside)]);
    return [project, temporary].filter((_, index) => hidden[index]);
  } finally {
    fs.rmdirSync(inside);
  }
}

/** A folder is no archive of images: the CLI opens it, and no engine gets anything of it. */
async function isHidden(folder: string): Promise<boolean> {
  const { ok, reason } = await tryDocker(["load", "--input", folder], ANSWER);
  return !ok && HIDDEN.test(reason);
}
