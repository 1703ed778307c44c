import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TOOL_NAMES, TOOLS } from "../../../../cli/tools/catalogue";
import { ensureTools, ToolsError } from "../../../../cli/tools/fetch";
import { Scratch } from "../../support/fakes";

const MISE_PACKAGE = `@jdxcode/mise-${process.platform}-${process.arch}`;

describe("ensureTools", () => {
  let scratch: Scratch;
  let said: string[];

  beforeEach(() => {
    scratch = new Scratch();
    fs.mkdirSync(scratch.bin);
    said = [];
  });
  afterEach(() => scratch.remove());

  const place = () => ({
    env: scratch.env(),
    dir: scratch.file(".tools"),
    say: (line: string) => said.push(line),
  });

  /** A PATH on which everything is new enough. */
  const everything = () =>
    scratch.versions({
      pulumi: "v3.259.0",
      "pulumi-language-nodejs": "",
      kind: "kind v0.33.0 go1.26.1 linux/amd64",
      kubectl: "Client Version: v1.36.0",
      helm: "v4.1.0+gabc",
    });

  /** An npm that brings a mise whose `install` runs the given shell. */
  const npmWithMise = (install: string) =>
    scratch.program(
      "npm",
      `bin=.tools/mise/node_modules/${MISE_PACKAGE}/bin
cd "$HOME" && /bin/mkdir -p $bin && /bin/cat >$bin/mise <<'END'
#!/bin/sh
printf '%s\\n' "mise $*" >>"$CALLS"
shift
tool=\${2%@*} name=\${tool##*/} version=\${2#*@}
dir=$MISE_DATA_DIR/installs/$name/$version
case $1 in
  install) ${install} ;;
  bin-paths) echo "$dir" ;;
esac
END
/bin/chmod 755 $bin/mise`,
    );
  const installs = `/bin/mkdir -p "$dir"
    printf '#!/bin/sh\\necho "%s"\\n' "v$version" >"$dir/$name" && /bin/chmod 755 "$dir/$name"`;

  /** A Go whose builds print the given version. */
  const goThatBuilds = (version: string) =>
    scratch.program(
      "go",
      `case $1 in
  version) echo "go version go1.26.8 linux/amd64" ;;
  build)
    while [ "$1" != -o ]; do shift; done
    /bin/mkdir -p "\${2%/*}"
    printf '#!/bin/sh\\necho "%s"\\n' "${version}" >"$2" && /bin/chmod 755 "$2" ;;
esac`,
    );

  it("uses what is on PATH in a fitting version and fetches nothing", async () => {
    everything();
    const found = await ensureTools(TOOL_NAMES, place());
    assert.deepEqual(
      found.map(({ tool, version, file }) => [tool.name, version, file]),
      [
        ["pulumi", "3.259.0", path.join(scratch.bin, "pulumi")],
        ["kind", "0.33.0", path.join(scratch.bin, "kind")],
        ["kubectl", "1.36.0", path.join(scratch.bin, "kubectl")],
        ["helm", "4.1.0", path.join(scratch.bin, "helm")],
      ],
    );
    assert.deepEqual(said, []);
    assert.equal(fs.existsSync(scratch.file(".tools")), false);
  });

  it("fetches with mise what is too old on PATH, once", async () => {
    scratch.versions({ kind: "kind v0.20.0 go1.20 linux/amd64" });
    npmWithMise(installs);
    const [kind] = await ensureTools(["kind"], place());
    assert.equal(kind?.version, TOOLS.kind.version);
    assert.equal(kind?.file, scratch.file(".tools", `kind-${TOOLS.kind.version}`, "bin", "kind"));
    const calls = scratch.calls;
    assert.ok(
      calls.includes(`mise --no-config install aqua:kubernetes-sigs/kind@${TOOLS.kind.version}`),
    );
    assert.ok(calls.some((call) => call.startsWith("npm install") && call.includes(MISE_PACKAGE)));
    assert.ok(calls.every((call) => !call.startsWith("go ")));

    const [again] = await ensureTools(["kind"], place());
    assert.deepEqual(again, kind);
    assert.equal(scratch.calls.filter((call) => call.startsWith("npm")).length, 1);
  });

  it("fetches mise once for several tools", async () => {
    npmWithMise(installs);
    const found = await ensureTools(["kind", "helm", "kubectl"], place());
    assert.deepEqual(
      found.map(({ tool, version }) => [tool.name, version]),
      (["kind", "kubectl", "helm"] as const).map((name) => [name, TOOLS[name].version]),
    );
    assert.equal(scratch.calls.filter((call) => call.startsWith("npm")).length, 1);
  });

  it("builds with Go where mise cannot download", async () => {
    npmWithMise("echo 'dns error' >&2; exit 1");
    goThatBuilds(`v${TOOLS.helm.version}`);
    const [helm] = await ensureTools(["helm"], place());
    assert.equal(helm?.version, TOOLS.helm.version);
    const go = scratch.calls.filter((call) => call.startsWith("go "));
    assert.deepEqual(
      go.map((call) => call.split(" ").slice(0, 2).join(" ")),
      ["go version", "go mod", "go get", "go build"],
    );
    assert.equal(go[2], `go get helm.sh/helm/v4/cmd/helm@v${TOOLS.helm.version}`);
    assert.match(
      said.join("\n"),
      /fetching aqua:helm\/helm@4.*not with mise.*fetching helm\.sh\/helm\/v4@v4.*ready after \d+ s/s,
    );
  });

  it("builds Pulumi's language host beside Pulumi, and first", async () => {
    goThatBuilds(`v${TOOLS.pulumi.version}`);
    const [pulumi] = await ensureTools(["pulumi"], place());
    assert.ok(pulumi);
    const bin = path.dirname(pulumi.file);
    assert.deepEqual(fs.readdirSync(bin).sort(), ["pulumi", "pulumi-language-nodejs"]);
    const got = scratch.calls.filter((call) => call.startsWith("go get"));
    assert.match(got[0] ?? "", /pulumi-language-nodejs/);
    // The sources are not kept.
    assert.deepEqual(fs.readdirSync(path.dirname(bin)), ["bin"]);
  });

  it("does not keep what says another version than it was fetched for", async () => {
    goThatBuilds("v3.1.0");
    await assert.rejects(ensureTools(["helm"], place()), /Go: .*helm is 3\.1\.0, not >=3\.18\.0/);
    assert.deepEqual(
      fs.readdirSync(scratch.file(".tools")).filter((name) => name.startsWith("helm")),
      [],
    );
  });

  it("lists every tool, all that was tried and where to get it, when nothing works", async () => {
    scratch.versions({ pulumi: "v3.259.0", kind: "kind v0.20.0", helm: "v3.20.0" });
    scratch.program("kubectl", "echo 'bad CPU type' >&2; exit 86");
    scratch.program("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");
    scratch.program("go", 'echo "go version go1.18.1 linux/amd64"');
    const error: unknown = await ensureTools(TOOL_NAMES, place()).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ToolsError);
    assert.deepEqual(
      error.missing.map(({ tool }) => tool.name),
      ["pulumi", "kind", "kubectl"],
    );
    for (const { tool, tried } of error.missing) {
      assert.equal(tried.length, 3, tool.name);
      assert.match(tried[1] ?? "", /^mise .*ENOTFOUND/s);
      assert.match(tried[2] ?? "", /^Go: .*go is 1\.18\.1, not >=1\.21/);
      assert.ok(error.message.includes(`Install it by hand: ${tool.link}`));
      assert.ok(error.message.includes(`${tool.name} (needed: ${tool.range})`));
    }
    assert.match(error.message, /PATH: .*pulumi has no pulumi-language-nodejs beside it/);
    assert.match(error.message, /PATH: .*kind is 0\.20\.0, not >=0\.33\.0 <1/);
    assert.match(
      error.message,
      /PATH: .*kubectl version --client does not say a version \(exit code 86\n *bad CPU type\)/,
    );
  });
});
