/** Releases that only look as if they would never become ready. */
import {
  deployment,
  FOREVER,
  mounted,
  PORT,
  probe,
  pulls,
  runs,
  volume,
  type Objects,
} from "./workloads";

const LISTEN = "require('net').createServer().listen(7777)";
/** Ends as often, in the way that is given, and then listens. */
const atLast = (ends: number, code: number) =>
  "const fs = require('fs'); fs.appendFileSync('/data/runs', '.');" +
  `if (fs.readFileSync('/data/runs').length <= ${ends}) process.exit(${code}); ${LISTEN}`;
const crashes = (ends: number, code: number) =>
  deployment(runs(atLast(ends, code), { ...mounted, ...probe(90) }), volume({ emptyDir: {} }));
const opensAfter = (seconds: number) =>
  deployment(runs(`setTimeout(() => ${LISTEN}, ${seconds}000)`, probe(90)));
const readyAfter = (seconds: number) =>
  deployment(
    runs(`setTimeout(() => ${LISTEN}, ${seconds}000)`, {
      readinessProbe: { tcpSocket: { port: 7777 }, periodSeconds: 1 },
    }),
  );
const beginsAfter =
  (seconds: number): Objects =>
  (image, name) =>
    deployment(runs(LISTEN, probe(90)), {
      initContainers: [{ ...runs(`setTimeout(() => {}, ${seconds}000)`)(image), name: "first" }],
    })(image, name);

/** Ways to take one's time. */
const WAYS: readonly ((seconds: number) => Objects)[] = [
  opensAfter,
  () => crashes(2, 1),
  readyAfter,
  beginsAfter,
  () => crashes(1, 137),
];

/** What becomes ready, however long it takes, up to a minute. @param count how many */
export function slowStarts(count: number): Readonly<Record<string, Objects>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const way = WAYS[at % WAYS.length] ?? opensAfter;
      return [`slow-${at}`, way(55 - (at % 50))];
    }),
  );
}

/** What is ready as soon as it runs. */
export const READY: Objects = deployment(runs(FOREVER));

/** A registry that has too much to do: a pull from it may yet come right. */
export const BUSY: Objects = deployment(pulls(`localhost:${PORT}/busy/it:1`));
