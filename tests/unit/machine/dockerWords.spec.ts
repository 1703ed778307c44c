import * as assert from "node:assert/strict";
import { findDocker, isEngine } from "../../../machine/docker";
import { lastWords } from "../../../machine/dockerWords";
import { noDocker, onOneLine } from "../../../machine/faults";
import { Scratch } from "../support/fakes";

/** What Docker's CLI, or what stands in for it, says; and what must be advised. */
const CASES: readonly (readonly [title: string, says: string, fix: RegExp])[] = [
  [
    "no WSL integration",
    `printf "\\nThe command 'docker' could not be found in this WSL 2 distro.\\nWe recommend to activate the WSL integration in Docker Desktop settings.\\n"`,
    /Settings, Resources, WSL integration/,
  ],
  [
    "a client that is too old",
    `echo "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version" >&2`,
    /Update the docker command/,
  ],
  [
    "a paused Desktop",
    `echo "Error response from daemon: Docker Desktop is manually paused. Unpause it through the Whale menu or Dashboard." >&2`,
    /Resume Docker Desktop/,
  ],
  [
    "a sign-in that is enforced",
    `echo "Error response from daemon: Sign-in enforcement is enabled. Open Docker Desktop app to sign in." >&2`,
    /Sign in to Docker Desktop/,
  ],
  [
    "missing files for TLS",
    `echo "unable to resolve docker endpoint: open /home/me/.docker/ca.pem: no such file or directory" >&2`,
    /DOCKER_CERT_PATH/,
  ],
  [
    "a context that is gone",
    `echo 'Current context "colima" is not found on the file system, please check your config file at /home/me/.docker/config.json' >&2`,
    /docker context use default/,
  ],
  [
    "Podman in Docker's place",
    `echo "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg." >&2; echo 'Error: unrecognized command "podman context"' >&2`,
    /remove podman-docker/,
  ],
  [
    "a missing credential helper",
    `echo 'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH' >&2`,
    /Install the credential helper/,
  ],
];

describe("what Docker says when it cannot", () => {
  for (const [title, says, fix] of CASES) {
    it(`is passed on, with what helps: ${title}`, async () => {
      const scratch = new Scratch();
      scratch.program("docker", `${says}; exit 1`);
      scratch.takePath();
      try {
        const found = await findDocker();
        assert.ok(!isEngine(found));
        const fault = noDocker(found);
        assert.match(fault.fix, fix);
        const said = lastWords(found.detail) ?? "";
        assert.ok(said.length > 20, said);
        assert.ok(onOneLine(fault).includes(said));
      } finally {
        scratch.remove();
      }
    });
  }

  it("is nothing where there is no CLI, or nothing was said", () => {
    assert.equal(lastWords("there is no docker"), undefined);
    assert.equal(lastWords("exit code 1"), undefined);
    assert.equal(noDocker({ reason: "no-cli", detail: "there is no docker" }).why, undefined);
  });
});
