/** The commands that errors print, found in the texts themselves. */
import { EXAMPLES } from "../../../cli/tables";
import { findProblems } from "../../../config/rules";

/** One word of a command: no punctuation of the sentence around it. */
const WORD = / (?:"[^"]*"|[^\s"'`,;()]*[^\s"'`,;().])/.source;
/** What a line runs, and as many words as belong to it: all up to its sentence's end, but no prose. */
const COMMAND = new RegExp(
  [
    `npm run tools -- (?:pulumi|kind|kubectl|helm)(?:${WORD})+`,
    // After the name of one of our own commands there is prose, unless there are options.
    `npm run (?!tools)[a-z]+(?: --(?: (?:--\\S*[^\\s.,)]|observability))+)?`,
    `docker (?:context|image|start|system|logs|buildx|ps|compose)(?:${WORD})+`,
    `sudo(?:${WORD})+`,
  ].join("|"),
  "g",
);

/** Commands in a text that users read. */
export function commandsIn(text: string): string[] {
  return [...text.matchAll(COMMAND)].map(([command]) => command.trim());
}

/** What is said when anything is wrong with a machine or a configuration, with an example's names. */
export function advice(): string[] {
  const secrets = { openaiApiKey: "x", images: { registry: "r.io/a", pushUsername: "ci" } };
  const refs = {
    cluster: { existing: { kubeconfig: "k", context: "c" } },
    images: { backend: { ref: "r.io/b:1" } },
  };
  const surroundings = { stack: "dev", exists: () => true, isSecret: () => false };
  return [
    ...EXAMPLES.map(({ fix }) => fix),
    ...[secrets, refs].flatMap((config) => findProblems(config, surroundings)),
  ];
}
