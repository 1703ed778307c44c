import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../../../config/project";
import { run } from "../../../machine/run";
import { advice, commandsIn } from "../support/printedCommands";

/** Lines of the program's own sources, without comments. */
function sourceLines(): string[] {
  return ["cli", "cluster", "components", "config", "machine", "plan"].flatMap((room) =>
    fs
      .readdirSync(path.join(ROOT, room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => path.join(room, name))
      // The stack's outputs stand in states. What `up` prints after them says how to get the tools on PATH.
      .filter((file) => file !== path.join("plan", "access.ts"))
      .flatMap((file) => fs.readFileSync(path.join(ROOT, file), "utf8").split("\n"))
      .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line)),
  );
}

const TOOL =
  /\b(pulumi (config|cancel|stack|destroy|up) |kind (delete|get|load) |kubectl (get|logs|describe|delete) |helm (list|uninstall|rollback) )/;

describe("the commands that errors print", () => {
  const commands = [...new Set(advice().flatMap(commandsIn))];

  it("are found in the texts, however they are embedded", () => {
    assert.deepEqual(
      commandsIn('See (docker system df). Run: npm run tools -- kind delete cluster --name a. "x"'),
      ["docker system df", "npm run tools -- kind delete cluster --name a"],
    );
    assert.deepEqual(commandsIn('npm run up mends it (sudo usermod -aG docker "$USER")'), [
      "npm run up",
      'sudo usermod -aG docker "$USER"',
    ]);
    assert.ok(commands.length >= 10, commands.join("\n"));
  });

  it("run tools by way of npm, since those that were fetched are on no PATH", () => {
    const bare = sourceLines().filter((line) => {
      const at = TOOL.exec(line)?.index;
      return at !== undefined && !/(BY_HAND\}|^\s*summary: ".*) ?$/.test(line.slice(0, at));
    });
    assert.deepEqual(bare, []);
  });

  for (const command of commands) {
    it(`are such as a shell can read: ${command}`, async () => {
      const read = await run("sh", ["-n", "-c", command]);
      assert.ok(read.ok, read.reason);
      const script = /^npm run ([\w:-]+)/.exec(command)?.[1];
      const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
        scripts: Record<string, string>;
      };
      assert.ok(script === undefined || script in scripts);
    });
  }
});
