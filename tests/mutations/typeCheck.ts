import * as path from "node:path";
import * as ts from "typescript";

/**
 * Checks the types of copies of a project one after the other, each against the one before: what has not
 * changed since is neither read by the compiler nor checked again.
 */
export class TypeCheck {
  private readonly config: ts.ParsedCommandLine;
  private readonly parsed = new Map<string, ts.SourceFile>();
  private program: ts.SemanticDiagnosticsBuilderProgram | undefined;

  /** @param project folder of the project, with its tsconfig.json and its packages */
  constructor(private readonly project: string) {
    const file = path.join(project, "tsconfig.json");
    const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name));
    this.config = ts.parseJsonConfigFileContent(config, ts.sys, project);
  }

  /**
   * Checks a copy, which has the files that the project has.
   *
   * @returns the compiler's errors, one line each; none if it compiles
   */
  problems(copy: string): string[] {
    const { fileNames, options } = this.config;
    const host = ts.createIncrementalCompilerHost(options);
    const parse = host.getSourceFile.bind(host);
    // The names stay the project's, so that the compiler takes the copy for its next version.
    host.readFile = (file) => ts.sys.readFile(this.isOwn(file) ? this.inside(copy, file) : file);
    host.getSourceFile = (file, ...how) => {
      const before = this.parsed.get(file);
      if (before && (!this.isOwn(file) || before.text === host.readFile(file))) {
        return before;
      }
      const now = parse(file, ...how);
      if (now) {
        this.parsed.set(file, now);
      }
      return now;
    };
    const program = ts.createSemanticDiagnosticsBuilderProgram(
      fileNames,
      options,
      host,
      this.program,
    );
    this.program = program;
    return [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()].map((one) =>
      ts.formatDiagnostic(one, host).trim(),
    );
  }

  /** Whether a file is the project's, and no package's. */
  private isOwn(file: string): boolean {
    const name = path.relative(this.project, file);
    return !name.startsWith("..") && !name.includes("node_modules");
  }

  private inside(copy: string, file: string): string {
    return path.join(copy, path.relative(this.project, file));
  }
}
