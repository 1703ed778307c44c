/** The revision that a preview is compared with, and its files. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../../config/project";
import { CHARTS } from "../../machine/charts";
import { must, run } from "../../machine/run";
import { Refusal } from "../pulumi";

/** A revision. */
export interface Base {
  readonly commit: string;
  /** As people name it. */
  readonly words: string;
}

/** There is no revision to compare with. */
export interface NoBase {
  readonly why: string;
}

/** Where the default branch may be known by: the remote's own word, its usual name, and without a remote. */
const DEFAULT_BRANCHES = ["origin/HEAD", "origin/main", "main"];

const git = (args: readonly string[], cwd: string = ROOT) =>
  run("git", ["-c", "core.hooksPath=/dev/null", ...args], { cwd });

/**
 * The revision to compare with: the one that was named, else the last one that HEAD shares with the default branch.
 *
 * @throws Refusal for a name that is no revision
 */
export async function findBase(given: string | undefined): Promise<Base | NoBase> {
  if (given !== undefined) {
    const commit = await commitOf(given);
    if (commit === undefined) {
      throw new Refusal(
        `--base must name a revision of this repository, got "${given}". Fetch it (git fetch origin), or name another one`,
      );
    }
    return { commit, words: `${commit.slice(0, 7)} (${given})` };
  }
  const head = await git(["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (!head.ok) {
    return { why: head.missing ? "there is no git" : "this is no clone of a repository" };
  }
  for (const branch of DEFAULT_BRANCHES) {
    if ((await commitOf(branch)) !== undefined) {
      const { ok, stdout } = await git(["merge-base", "HEAD", branch]);
      const commit = stdout.trim();
      return ok
        ? { commit, words: `${commit.slice(0, 7)} (where HEAD left ${branch})` }
        : { why: `HEAD and ${branch} share no revision here, as in a shallow clone` };
    }
  }
  return { why: `there is no branch ${DEFAULT_BRANCHES.slice(1).join(" or ")}` };
}

async function commitOf(name: string): Promise<string | undefined> {
  const revision = `${name}^{commit}`;
  const { ok, stdout } = await git([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    revision,
  ]);
  return ok ? stdout.trim() : undefined;
}

/**
 * Does something with the project as it was at a revision, its packages in place, in a folder of its own.
 *
 * @param work gets the folder
 * @throws Error with git's or npm's own words
 */
export async function withCheckout<T>(
  commit: string,
  work: (dir: string) => Promise<T>,
): Promise<T> {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), "soc-agent-base-"));
  const tree = path.join(parent, "tree");
  try {
    const added = await git(["worktree", "add", "--quiet", "--detach", tree, commit]);
    if (!added.ok) {
      throw new Error(added.reason);
    }
    // The project may be a folder of its repository.
    const prefix = (await must("git", ["rev-parse", "--show-prefix"], { cwd: ROOT })).trim();
    const dir = path.join(tree, prefix);
    await providePackages(dir);
    provideCharts(dir);
    return await work(dir);
  } finally {
    fs.rmSync(parent, { recursive: true, force: true });
    await git(["worktree", "prune"]);
  }
}

/** This checkout's packages where both want the same ones; else they are installed, without scripts of theirs. */
async function providePackages(dir: string): Promise<void> {
  const lockfile = (folder: string) => {
    const file = path.join(folder, "package-lock.json");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  };
  const wanted = lockfile(dir);
  if (wanted === lockfile(ROOT)) {
    const packages = fs.realpathSync(path.join(ROOT, "node_modules"));
    fs.symlinkSync(packages, path.join(dir, "node_modules"));
  } else if (wanted !== undefined) {
    await must("npm", ["ci", "--workspaces=false", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: dir,
    });
  }
}

/** This checkout's charts of add-ons. What the revision needs besides comes to them. */
function provideCharts(dir: string): void {
  const kept = path.join(ROOT, CHARTS);
  fs.mkdirSync(kept, { recursive: true });
  fs.symlinkSync(kept, path.join(dir, CHARTS));
}
