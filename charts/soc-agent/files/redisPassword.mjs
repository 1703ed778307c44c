// Makes the password of the chart's own Redis: in the Secret KEY of which the release leaves away, and only
// where that key is not there yet. So it may run as often as it likes.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const { NAMESPACE, SECRET, KEY, TOKEN_FILE } = process.env;
const API = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
const URL = `${API}/api/v1/namespaces/${NAMESPACE}/secrets/${SECRET}`;
const PATIENCE_MS = 60_000;

async function ask(method, body) {
  const response = await fetch(URL, {
    method,
    headers: {
      authorization: `Bearer ${await readFile(TOKEN_FILE, "utf8")}`,
      "content-type": "application/merge-patch+json",
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(3_000),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${URL} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return JSON.parse(text);
}

async function make() {
  const { data, metadata } = await ask("GET");
  if (data?.[KEY]) {
    return "is there already";
  }
  const password = randomBytes(24).toString("base64url");
  await ask("PATCH", {
    // Refused if somebody else has just made one.
    metadata: { resourceVersion: metadata.resourceVersion },
    data: { [KEY]: Buffer.from(password).toString("base64") },
    // Else `helm upgrade --force` and `kubectl replace` would empty it, and nobody could log in any more.
    immutable: true,
  });
  return "made";
}

// A network policy takes a moment to know a new pod, and the rights may come after the pod.
const end = Date.now() + PATIENCE_MS;
for (;;) {
  try {
    console.log(`password ${KEY} of Secret ${SECRET}: ${await make()}`);
    break;
  } catch (error) {
    if (Date.now() > end) {
      console.error(`${error.message} ${error.cause?.message ?? ""}`);
      process.exit(1);
    }
    await sleep(250);
  }
}
