/** The commands that errors print, run for real in a fresh clone. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT } from "../../config/project";
import { run } from "../../machine/run";
import { advice, commandsIn } from "../unit/support/printedCommands";
import { Project } from "../support/project";

describe("the commands that errors print, on a fresh clone", function () {
  this.timeout("2m");
  const commands = [...new Set(advice().flatMap(commandsIn))];
  const ofTool = (tool: string) =>
    commands.filter((command) => command.startsWith(`npm run tools -- ${tool} `));
  let project: Project;

  before(async () => {
    project = await Project.copy("installed");
  });
  beforeEach(() => {
    fs.rmSync(project.path(".pulumi"), { recursive: true, force: true });
  });
  after(() => project?.remove());

  for (const command of ofTool("pulumi")) {
    it(`does what it says: ${command}`, async () => {
      if (command.includes(" cancel ")) {
        await project.must("pulumi", ["stack", "init", "dev"]);
        // What a full disk leaves.
        const locks = project.path(path.join(".pulumi/locks/organization", PROJECT, "dev"));
        fs.mkdirSync(locks, { recursive: true });
        fs.writeFileSync(path.join(locks, "0.json"), "");
        await project.must("sh", ["-c", command]);
        assert.deepEqual(fs.readdirSync(locks), []);
        return;
      }
      // Secrets are asked for on a terminal, or read.
      await project.must("sh", [
        "-c",
        command.includes(" --secret ") ? `echo s | ${command}` : command,
      ]);
      const [, key = ""] = /(?:--path|--secret) (?:soc-agent:)?([\w.]+)/.exec(command) ?? [];
      const [value = ""] = command.split(" ").slice(-1);
      const file = project.read("Pulumi.dev.yaml");
      assert.match(
        file,
        command.includes(" --secret ")
          ? new RegExp(`soc-agent:${key}:\\s+secure: `)
          : new RegExp(`^ +${key.split(".").at(-1)}: "?${value}"?$`, "m"),
      );
    });
  }

  for (const tool of ["kind", "kubectl", "helm", "docker"]) {
    const lines =
      tool === "docker" ? commands.filter((c) => c.startsWith("docker ")) : ofTool(tool);
    for (const line of lines) {
      it(`has options that ${tool} knows: ${line}`, async function () {
        const bare = line.replace(/^npm run tools -- /, "");
        if ((await run(tool, ["--help"])).missing) {
          this.skip();
        }
        const { ok, stdout, reason } = await run("sh", ["-c", `${bare} --help`]);
        assert.ok(ok, reason);
        // Of a command that it does not have, a program shows its help as well, but that of another.
        const [, ...words] = bare.split(" ");
        assert.match(
          stdout,
          new RegExp(`Usage:\\s+${tool} (buildx )?${words.find((word) => word !== "buildx")}`),
        );
      });
    }
  }
});
