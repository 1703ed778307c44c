// @ts-check
/**
 * The options of every npm command, and how to tell that npm took one for itself. In plain JavaScript,
 * because `cli/entry.mjs` looks before there are packages, and for the backend's bench too.
 */

const stack = /** @type {const} */ ({ type: "string", multiple: true });
const help = /** @type {const} */ ({ type: "boolean", short: "h" });
const yes = /** @type {const} */ ({ type: "boolean" });
const text = /** @type {const} */ ({ type: "string" });
const heal = /** @type {const} */ ({ type: "boolean", default: true });
const runs = /** @type {const} */ ({ type: "string", default: "1" });
const rate = /** @type {const} */ ({ type: "string", default: "20" });
const seconds = /** @type {const} */ ({ type: "string", default: "60" });

/** Options for `parseArgs` of `node:util`, by the command that takes them. */
const OPTIONS = {
  up: { stack, yes, heal, create: /** @type {const} */ ({ type: "boolean" }), help },
  dev: { stack, yes, heal, help },
  down: { stack, yes, help },
  preview: {
    stack,
    base: text,
    cluster: /** @type {const} */ ({ type: "boolean" }),
    html: text,
    markdown: text,
    help,
  },
  tools: { stack, help },
  doctor: { stack, help },
  policy: { stack, write: /** @type {const} */ ({ type: "boolean" }), help },
  drift: { stack, help },
  bench: { runs },
  "bench:load": { runs },
  "bench:observability": { runs, rate, seconds },
  "bench:dashboard": /** @type {const} */ ({
    runs: { type: "string", default: "3" },
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "20" },
    threats: { type: "string", default: "5000" },
  }),
  "bench:app": /** @type {const} */ ({
    seconds: { type: "string", default: "10" },
    soak: { type: "string", default: "1" },
  }),
};

/** Options that npm has too, for purposes of its own: that they are set says nothing. */
const OF_NPM = ["yes", "help"];

/** @typedef {{ readonly type: "string" | "boolean" }} Option */
/** @typedef {Readonly<Record<string, Readonly<Record<string, Option>>>>} Options */

/**
 * Every option that some command has and npm has not.
 *
 * @param {Options} options
 * @returns {[name: string, Option][]}
 */
function ours(options) {
  const all = Object.assign({}, ...Object.values(options));
  return Object.entries(all).filter(([name]) => !OF_NPM.includes(name));
}

/**
 * What is wrong with a command's line, when npm took an option for itself: `npm run down --stack=x` would
 * delete another stack than x. npm 11 says no more than a warning, and leaves `npm_config_stack` behind;
 * of `--stack x` it leaves the variable with the value "true", and the word x.
 *
 * @param {string} command key of OPTIONS, or something that is no command
 * @param {readonly string[]} args what npm handed over
 * @param {NodeJS.ProcessEnv} env
 * @param {Options} options those of all commands; a parameter for tests
 * @returns {string | undefined} words for the user, with the line that works
 */
function refusalOfTaken(command, args, env, options = OPTIONS) {
  const taken = ours(options).filter(([name]) => variable(name) in env);
  if (taken.length === 0) {
    return undefined;
  }
  const words = [...args];
  // Also of options of other commands the value is among the words.
  const again = taken.flatMap(([name, option]) => {
    const meant = written(name, option, env[variable(name)] ?? "", words);
    return name in (options[command] ?? {}) ? meant : [];
  });
  const rest = [...again, ...words];
  const names = taken.map(([name]) => `${variable(name)}=${JSON.stringify(env[variable(name)])}`);
  return (
    `npm took what is not its own (${names.join(", ")}), so nothing was done. Options of this project ` +
    "come after a --:\n" +
    `  npm run ${[command, ...(rest.length > 0 ? ["--"] : []), ...rest].join(" ")}\n` +
    "If that is the line that you gave: these variables are set in the environment or in an .npmrc."
  );
}

/**
 * An option as it was meant.
 *
 * @param {string} name
 * @param {Option} option
 * @param {string} value what npm made of it
 * @param {string[]} words those that it left; the one that was meant as a value is taken out
 * @returns {string[]}
 */
function written(name, { type }, value, words) {
  if (type === "boolean") {
    return [value === "" ? `--no-${name}` : `--${name}`];
  }
  if (value !== "true") {
    return value.split("\n\n").map((one) => `--${name}=${one || "..."}`);
  }
  const meant = words[0]?.startsWith("-") ? undefined : words.shift();
  return [`--${name}=${meant ?? "..."}`];
}

/** @param {string} name @returns {string} */
function variable(name) {
  return `npm_config_${name.replaceAll("-", "_")}`;
}

module.exports = { OPTIONS, ours, refusalOfTaken };
