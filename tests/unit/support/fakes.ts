/** Programs that pretend, for tests of what this project asks of others. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A folder of its own for one test. */
export class Scratch {
  readonly dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "soc-test-"));

  private restore = () => {};

  /** The folder that fake programs go to: the whole PATH of what is tested, besides Node.js itself. */
  readonly bin = this.file("bin");

  /** What each fake program was called with, one line each. */
  get calls(): string[] {
    const file = this.file("calls");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }

  /** Environment in which nothing but the fakes is found. */
  env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { PATH: this.bin, HOME: this.dir, CALLS: this.file("calls"), ...more };
  }

  /** Puts the fakes in the place of all programs, for what runs in this process, until they are removed. */
  takePath(): void {
    const { PATH } = process.env;
    Object.assign(process.env, this.env({ HOME: process.env["HOME"] }));
    this.restore = () => {
      process.env["PATH"] = PATH;
      delete process.env["CALLS"];
    };
  }

  /** Path of a file in the folder. */
  file(...names: string[]): string {
    return path.join(this.dir, ...names);
  }

  /**
   * Makes a fake program.
   *
   * @param name what it is called
   * @param script POSIX shell; the call has been written down before it starts
   */
  program(name: string, script: string): void {
    fs.mkdirSync(this.bin, { recursive: true });
    const text = `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"$CALLS"\n${script}\n`;
    fs.writeFileSync(path.join(this.bin, name), text, { mode: 0o755 });
  }

  /** Makes programs that say their version and do nothing else. */
  versions(texts: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(texts)) {
      this.program(name, `echo '${text}'`);
    }
  }

  remove(): void {
    this.restore();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}
