/** What `npm run policy` says and how it ends, in a repository of its own. */
import * as assert from "node:assert/strict";
import { Repository } from "./support/repository";

describe("npm run policy", function () {
  this.timeout("2m");
  let repository: Repository;

  before(async () => (repository = await Repository.make()));
  after(() => repository?.remove());

  const policy = (...args: string[]) =>
    repository.run("node", ["--require", "tsx/cjs", "cli/policy.ts", ...args]);

  it("ends with 0 where all rules are kept, and says how many flows it has looked at", async () => {
    const { code, output } = await policy();
    assert.equal(code, 0, output);
    assert.match(
      output,
      /Stack dev\n(?:warning +Not held .*\n)*Looked at: \d+ flows\.\nStack prod\nwarning .*\(login-asked\)\n +why .*\n +fix .*\nLooked at: \d+ flows\./,
    );
  });

  it("ends with 3 where one is broken, and agrees to a new flow, and to no more, with --write", async () => {
    const values = { backend: { service: { type: "NodePort" } } };
    repository.write("Pulumi.dev.yaml", JSON.stringify({ config: { "soc-agent:values": values } }));
    const opened = await policy("--stack", "dev");
    assert.equal(opened.code, 3, opened.output);
    assert.match(opened.output, /^error +Service \S+ is a NodePort \(no-outer-service\)$/m);
    assert.match(opened.output, /^error +NetworkPolicies allow .* \(flow-agreed\)$/m);

    const agreed = await policy("--stack", "dev", "--write");
    assert.equal(agreed.code, 3, agreed.output);
    assert.match(agreed.output, /no-outer-service/);
    assert.doesNotMatch(agreed.output, /flow-agreed/);
    assert.match(repository.read("policy/flows.dev.txt"), /^anything -> .*backend.* TCP 8000$/m);
  });

  it("ends with 1 where it could not look, and tells all that is wrong at once", async () => {
    const wrong = [{ rule: "limits", at: "*", reason: "short" }];
    repository.write("policy/exemptions.yaml", JSON.stringify(wrong));
    const { code, output } = await policy("--stack", "prod");
    assert.equal(code, 1, output);
    assert.match(
      output,
      /policy\/exemptions\.yaml:\n.*0\.rule: must be one of .*\n.*0\.reason: must say why/,
    );
  });

  it("names the file and the place where the exemptions are no YAML", async () => {
    repository.write("policy/exemptions.yaml", "- rule: limits\n  at: *.example.com\n");
    const { code, output } = await policy("--stack", "prod");
    assert.equal(code, 1, output);
    assert.match(
      output,
      /policy\/exemptions\.yaml:\n +- exemptions\.yaml is no YAML: .*Mend it, or put quotes around the value/,
    );
    assert.doesNotMatch(output, / at \S+ \(/);
  });

  it("ends with 2 for a line that it does not understand", async () => {
    const { code, output } = await policy("--stacks", "dev");
    assert.equal(code, 2, output);
    assert.match(output, /'--stacks'[^]*npm run policy -- \[--stack NAME\]/);
  });
});
