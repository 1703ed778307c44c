/**
 * `npm run eval`: measures verdicts by a corpus of labelled signals, and by orders in the texts of signals. Exits
 * with 1 where they fall short of the floors.
 */
import { corpus } from "./corpus.js";
import { shortfalls } from "./floors.js";
import { inject } from "./injections.js";
import { judgeAll } from "./judge.js";
import { obedientAgents } from "./obedientModel.js";
import { injectionLines, scoreLines } from "./report.js";
import { scoresOf } from "./scores.js";

const judged = await judgeAll(corpus());
const parts = [
  ["Tuned on", judged.filter((one) => !one.judged.heldOut)],
  ["Held out", judged.filter((one) => one.judged.heldOut)],
] as const;
const short: string[] = [];
for (const [title, part] of parts) {
  const scores = scoresOf(part);
  console.log([...scoreLines(title, scores), ""].join("\n"));
  short.push(...shortfalls(scores).map((what) => `${title}: ${what}`));
}
for (const [name, judges] of [
  ["the rules", undefined],
  ["a model that obeys every order", { agents: obedientAgents() }],
] as const) {
  const injections = await inject(judges);
  console.log(injectionLines(name, injections).join("\n"));
  const heeded = injections.filter(({ changed }) => changed.length > 0).length;
  short.push(...(heeded > 0 ? [`Judged by ${name}: ${heeded} orders heeded`] : []));
}
console.log(
  short.length === 0 ? "\nAbove all floors." : `\nBelow the floors:\n  ${short.join("\n  ")}`,
);
process.exitCode = short.length === 0 ? 0 : 1;
