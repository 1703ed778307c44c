// @ts-check
/**
 * Entry of `npm run up`, `dev`, `down`, `preview`, `drift`, `doctor` and `tools`. Plain JavaScript without dependencies, because
 * it must run on a fresh clone: it checks Node.js, installs the project's packages when they are
 * missing or outdated, and hands over to `main.ts`.
 */
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { refusalOfFolder } from "../config/folder.cjs";
import { refusalOfTaken } from "../config/options.cjs";

/** First Node.js that can `require` the ES modules this project uses; `engines` in package.json says the same. */
const MIN_NODE = [20, 19];

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {string} file path from the project's root
 * @returns {number} when it was last written, in milliseconds; -1 when it is not there
 */
function modified(file) {
  return statSync(new URL(`../${file}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? -1;
}

/**
 * Runs a program on this one's terminal and waits for its end.
 *
 * In a terminal Ctrl-C reaches the whole process group, the program included, so nothing is passed on:
 * Pulumi takes a second signal as "stop at once", and leaves half-made resources behind. Without a
 * terminal nobody else tells the program.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} exit code, 128 + n when signal n ended it
 */
function run(command, args) {
  // Listening comes first: a signal that arrives while the program starts would end this one alone.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  }
  const child = spawn(command, args, { cwd: root, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** @returns {Promise<number>} exit code of the whole */
async function main() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE;
  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    console.error(
      `This project needs Node.js ${MIN_NODE.join(".")} or newer, this is ${process.versions.node}: https://nodejs.org/`,
    );
    return 1;
  }
  if (process.platform === "win32") {
    console.error(
      "On Windows, run this inside WSL 2: https://learn.microsoft.com/windows/wsl/install",
    );
    return 1;
  }
  const [command = "", ...args] = process.argv.slice(2);
  const refusal = refusalOfTaken(command, args, process.env) ?? refusalOfFolder(root);
  if (refusal) {
    console.error(refusal);
    return 2;
  }
  // npm writes node_modules/.package-lock.json last, so an interrupted install does not count as one.
  if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
    console.log("Installing the project's packages (npm ci)");
    // The clone may lie in somebody's workspaces, whose packages npm would install instead.
    const code = await run("npm", ["ci", "--workspaces=false", "--no-audit", "--no-fund"]);
    if (code !== 0) {
      console.error("npm ci failed: see above. With packages in place this step is skipped.");
      return code;
    }
  }
  return run(process.execPath, ["--require", "tsx/cjs", "cli/main.ts", command, ...args]);
}

process.exitCode = await main();
