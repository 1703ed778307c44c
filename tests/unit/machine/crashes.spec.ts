/** What is made of the last words of programs. The logs are real ones. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { CHART } from "../../../plan/chart";
import { isMap } from "../../../config/values";
import { CRASHES, crashFaults } from "../../../machine/crashes";
import { onOneLine } from "../../../machine/faults";

/** What a part said, and how what is said of it ends. */
const CASES: readonly (readonly [title: string, part: string, said: string, hint: RegExp])[] = [
  [
    "redis-py without a password",
    "backend",
    `  File "/usr/local/lib/python3.11/site-packages/redis/asyncio/connection.py", line 540, in read_response
    raise response from None
redis.exceptions.AuthenticationError: Authentication required.

ERROR:    Application startup failed. Exiting.`,
    /^the backend sends Redis no password: .* Set soc-agent:values\.backend\.redisPasswordIn to url/,
  ],
  [
    "node-redis without a password",
    "backend",
    "[ErrorReply: NOAUTH Authentication required.]",
    /redisPasswordIn to url/,
  ],
  [
    "redis-py with a wrong one",
    "backend",
    "redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.",
    /a password that is not Redis's: .*percent-encoded/,
  ],
  [
    "Python, a file",
    "backend",
    "OSError: [Errno 30] Read-only file system: '/app/data/cache.db'",
    /cannot write \/app\/data\/cache\.db: .* Add \/app\/data to soc-agent:values\.backend\.writablePaths$/,
  ],
  [
    "Node.js, a file",
    "backend",
    "Error: EROFS: read-only file system, open '/app/data/cache.db'",
    /Add \/app\/data to soc-agent:values\.backend\.writablePaths$/,
  ],
  [
    "Go, a file",
    "backend",
    "panic: open /srv/cache/index: read-only file system",
    /Add \/srv\/cache to/,
  ],
  [
    "nginx, its cache",
    "frontend",
    `2026/11/28 15:00:00 [emerg] 1#1: mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)
nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)`,
    /Add \/var\/cache\/nginx to soc-agent:values\.frontend\.writablePaths$/,
  ],
  [
    "nginx, its process id",
    "frontend",
    'nginx: [emerg] open() "/run/nginx.pid" failed (30: Read-only file system)',
    /Add \/run to soc-agent:values\.frontend\.writablePaths$/,
  ],
  [
    "nginx's start script, a template",
    "frontend",
    "20-envsubst-on-templates.sh: ERROR: /etc/nginx/templates exists, but /etc/nginx/conf.d is not writable",
    /Add \/etc\/nginx\/conf\.d to soc-agent:values\.frontend\.writablePaths$/,
  ],
  [
    "a shell, a redirection",
    "frontend",
    "/docker-entrypoint.sh: 9: cannot create /etc/nginx/conf.d/default.conf: Read-only file system",
    /Add \/etc\/nginx\/conf\.d to soc-agent:values\.frontend\.writablePaths$/,
  ],
  [
    "a busybox shell, a redirection",
    "frontend",
    "/docker-entrypoint.d/30-env.sh: line 3: can't create /usr/share/nginx/html/env.js: Read-only file system",
    /Add \/usr\/share\/nginx\/html to soc-agent:values\.frontend\.writablePaths$/,
  ],
  [
    "uvicorn on port 80",
    "backend",
    "ERROR:    [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied",
    /may not listen on its port: .* Let it listen on 8000/,
  ],
  [
    "nginx on port 80",
    "frontend",
    "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",
    /soc-agent:values\.frontend\.podSecurityContext\.sysctls to/,
  ],
  [
    "Node.js on port 80",
    "backend",
    "Error: listen EACCES: permission denied 0.0.0.0:80",
    /may not listen on its port/,
  ],
  [
    "Python, a file of root's",
    "backend",
    "PermissionError: [Errno 13] Permission denied: '/app/logs/app.log'",
    /no permission for \/app\/logs\/app\.log: .* Add \/app\/logs to soc-agent:values\.backend\.writablePaths, or set soc-agent:values\.backend\.podSecurityContext\.runAsUser/,
  ],
  [
    "Python, its own user",
    "backend",
    "KeyError: 'getpwuid(): uid not found: 10001'",
    /does not know the user that it runs as\. Set .*runAsUser/,
  ],
  [
    "nginx, a host of Docker Compose's",
    "frontend",
    '[emerg] 1#1: host not found in upstream "backend" in /etc/nginx/conf.d/default.conf:12',
    /BACKEND_HOST and BACKEND_PORT/,
  ],
  [
    "an image without a shell",
    "backend",
    'container seed: StartError, exec: "sh": executable file not found in $PATH',
    /has no shell: .*seed: false} in soc-agent:values\.backend\.writablePaths/,
  ],
];

describe("crashFaults", () => {
  for (const [title, part, said, hint] of CASES) {
    it(`knows ${title}`, () => {
      const [one, ...others] = crashFaults(part, said).map(onOneLine);
      assert.match(one ?? "", hint);
      assert.deepEqual(others, []);
    });
  }

  it("tells every cause that a log has", () => {
    const said = "NOAUTH Authentication required.\nEROFS: read-only file system, open '/a/b'";
    assert.equal(crashFaults("backend", said).length, 2);
  });

  it("knows nothing of other words, and of containers that are no part", () => {
    assert.deepEqual(crashFaults("backend", "REDIS_URL is not a URL"), []);
    assert.deepEqual(crashFaults("backend", "/app/main.py: user denied\nread-only mode"), []);
    assert.deepEqual(crashFaults("redis", "NOAUTH Authentication required."), []);
  });

  it("has a case for each of its rows", () => {
    const unproven = CRASHES.filter(
      ({ pattern }) => !CASES.some(([, , said]) => pattern.test(said)),
    );
    assert.deepEqual(unproven, []);
  });

  it("names values that the chart has", () => {
    const schema: unknown = JSON.parse(
      fs.readFileSync(path.join(CHART, "values.schema.json"), "utf8"),
    );
    const fixes = CRASHES.flatMap(({ explain }) =>
      (["backend", "frontend"] as const).map((part) => explain(part, "/a/b").fix),
    );
    const names = fixes.flatMap((fix) => [...fix.matchAll(/soc-agent:values\.([\w.]*\w)/g)]);
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.map(([, name = ""]) => name).filter((name) => !isKey(schema, name.split("."))),
      [],
    );
  });
});

/** Whether a schema knows a key; what lies in a map of the Kubernetes API's it need not. */
function isKey(schema: unknown, [name = "", ...rest]: readonly string[]): boolean {
  if (!isMap(schema) || !isMap(schema["properties"])) {
    return true;
  }
  const property = schema["properties"][name];
  return property !== undefined && (rest.length === 0 || isKey(property, rest));
}
