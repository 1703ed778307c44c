/** A repository of its own with a copy of the project in it, for tests of what compares revisions. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import { Project, type Result } from "../../support/project";

/** What Pulumi is asked by a preview, pretended. */
const PULUMI = `case "$*" in
  version) echo "v3.259.0" ;;
  *"stack ls"*) echo '[]' ;;
esac`;

/** The copy, with everything in one commit on its branch `main`, and a Pulumi that does nothing. */
export class Repository {
  private constructor(
    private readonly project: Project,
    /** Folder of what is no part of the repository. */
    private readonly outside: string,
  ) {}

  /** @param env more variables */
  static async make(env: NodeJS.ProcessEnv = {}): Promise<Repository> {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), "soc-outside-"));
    const project = await Project.copy("missing", {
      PATH: `${path.join(outside, "bin")}${path.delimiter}${process.env["PATH"]}`,
      CALLS: path.join(outside, "calls"),
      PACKAGES: fs.realpathSync(path.join(ROOT, "node_modules")),
      GIT_CONFIG_GLOBAL: "/dev/null",
      ...env,
    });
    const repository = new Repository(project, outside);
    repository.program("pulumi", PULUMI);
    repository.program("pulumi-language-nodejs", "");
    // Nothing here installs into it: with a lock file that is older than it no command would.
    fs.symlinkSync(
      fs.realpathSync(path.join(ROOT, "node_modules")),
      repository.file("node_modules"),
    );
    fs.utimesSync(repository.file("package-lock.json"), 0, 0);
    await project.must("git", ["init", "--quiet", "--initial-branch=main"]);
    await repository.commit("Begin");
    await project.must("git", ["switch", "--quiet", "--create", "work"]);
    return repository;
  }

  /** Path of a file. */
  file(name: string): string {
    return path.join(this.project.dir, name);
  }

  read(name: string): string {
    return this.project.read(name);
  }

  write(name: string, text: string): void {
    this.project.write(name, text);
  }

  edit(name: string, from: string, to: string): void {
    this.project.edit(name, from, to);
  }

  /** Makes a program that is found before all others. @param script POSIX shell */
  program(name: string, script: string): void {
    const file = path.join(this.outside, "bin", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** What fake programs wrote down. */
  calls(): string {
    return fs.readFileSync(path.join(this.outside, "calls"), "utf8");
  }

  /** Commits everything that is not ignored. */
  async commit(subject: string): Promise<void> {
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    await this.project.must("git", ["add", "--all"]);
    await this.project.must("git", [
      ...author,
      "commit",
      "--quiet",
      "--allow-empty",
      "--message",
      subject,
    ]);
  }

  run(command: string, args: readonly string[]): Promise<Result> {
    return this.project.run(command, args);
  }

  remove(): void {
    this.project.remove();
    fs.rmSync(this.outside, { recursive: true, force: true });
  }
}
