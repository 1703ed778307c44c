// What `helm test` runs: whether the application answers, from inside of the cluster. Every step is tried
// again for a while, since a network policy takes a moment to know a new pod.
import { setTimeout as sleep } from "node:timers/promises";

const { BACKEND_URL, FRONTEND_URL, HEALTH_PATH, READY_PATH } = process.env;
const PATIENCE_MS = 20_000;

async function ask(url, init) {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(3_000) });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return text;
}

async function step(title, check) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const result = await check();
      console.log(`ok      ${title}`);
      return result;
    } catch (error) {
      if (Date.now() > end) {
        console.error(`failed  ${title}: ${error.message} ${error.cause?.message ?? ""}`);
        process.exit(1);
      }
      await sleep(500);
    }
  }
}

await step("health", () => ask(`${BACKEND_URL}${HEALTH_PATH}`));
await step("ready", () => ask(`${BACKEND_URL}${READY_PATH}`));
const threat = await step("trigger", async () =>
  JSON.parse(
    await ask(`${BACKEND_URL}/api/threats/trigger`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ threat_type: "bot_traffic" }),
    }),
  ),
);
await step("list", async () => {
  const threats = JSON.parse(await ask(`${BACKEND_URL}/api/threats?limit=100`));
  if (!threats.some(({ id }) => id === threat.id)) {
    throw new Error(
      `threat ${threat.id}, which was just triggered, is not among ${threats.length}`,
    );
  }
});
await step("dashboard", () => ask(`${FRONTEND_URL}/`));
