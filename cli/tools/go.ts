/** Builds tools from their Go modules. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import { must } from "../../machine/run";
import type { Tool } from "./catalogue";
import { which } from "./executables";
import type { Place } from "./place";
import { FETCH_TIMEOUT, type Way } from "./way";

/** First Go that fetches the newer toolchain that a module asks for. */
const GO_RANGE = ">=1.21.0";

/** Builds of a tool's sources, where Go is there. */
export const withGo: Way = {
  name: "Go",
  source: ({ go }) => go.map(({ module, version }) => `${module}@${version}`).join(" and "),
  fetch: buildWithGo,
};

/**
 * Builds a tool from its Go module; Go checks the sources against the public checksum database.
 *
 * Not `go install module@version`: that refuses modules with replace directives, as Pulumi's are.
 */
async function buildWithGo(tool: Tool, bin: string, place: Required<Place>): Promise<void> {
  const go = which("go", place.env);
  if (!go) {
    throw new Error("no go on PATH (https://go.dev/dl/)");
  }
  const options = {
    env: { ...place.env, CGO_ENABLED: "0", GOWORK: "off" },
    timeout: FETCH_TIMEOUT,
  };
  const said = await must(go, ["version"], options);
  const version = semver.coerce(said.replace("go version go", ""))?.version;
  if (!version || !semver.satisfies(version, GO_RANGE)) {
    throw new Error(`${go} is ${version ?? said.trim()}, not ${GO_RANGE}`);
  }
  const source = path.join(path.dirname(bin), "src");
  for (const program of tool.go) {
    const cwd = path.join(source, program.name);
    fs.mkdirSync(cwd, { recursive: true });
    await must(go, ["mod", "init", `build/${program.name}`], { ...options, cwd });
    if (program.main) {
      fs.writeFileSync(path.join(cwd, "main.go"), program.main);
    }
    const wanted = program.package ?? program.module;
    await must(go, ["get", `${wanted}@${program.version}`], { ...options, cwd });
    const linked = ["-s -w", ...(program.variables ?? []).map((value) => `-X ${value}`)].join(" ");
    const output = path.join(bin, program.name);
    const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", linked, "-o", output];
    await must(go, ["build", ...flags, program.package ?? "."], { ...options, cwd });
  }
  fs.rmSync(source, { recursive: true });
}
