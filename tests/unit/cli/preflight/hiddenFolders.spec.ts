import * as assert from "node:assert/strict";
import * as os from "node:os";
import { hiddenFolders } from "../../../../cli/preflight/hiddenFolders";
import { Scratch } from "../../support/fakes";

// The words of Docker's CLI of 20.10 and 29, the last ones of an engine that is not there.
const SEEN = "error during connect: Post http://engine/images/load: read $3: is a directory";
const ABSENT = "open $3: no such file or directory";
const DENIED = "open $3: permission denied";
const NO_ENGINE = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.";

describe("hiddenFolders", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    scratch.takePath();
  });
  afterEach(() => scratch.remove());

  const tmp = os.tmpdir();
  const rows: [string, string, string, string[]][] = [
    ["none, where it sees both", SEEN, SEEN, []],
    ["the project's, where that is not there for it", ABSENT, SEEN, ["/p"]],
    ["the project's, where it may not read it", DENIED, SEEN, ["/p"]],
    ["the temporary one, where it has another of that name", SEEN, ABSENT, [tmp]],
    ["both", ABSENT, ABSENT, ["/p", tmp]],
    ["none, where no engine says anything", NO_ENGINE, NO_ENGINE, []],
  ];
  for (const [title, project, temporary, expected] of rows) {
    it(`finds ${title}`, async () => {
      scratch.program(
        "docker",
        `case "$3" in
  /p/charts) echo "${project}" >&2 ;;
  ${tmp}/soc-look-*) [ -d "$3" ] && echo "${temporary}" >&2 ;;
esac
exit 1`,
      );
      assert.deepEqual(await hiddenFolders("/p"), expected);
    });
  }
});
