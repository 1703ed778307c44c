// @ts-check
/**
 * Makes the program start in a fraction of the time. A preload, after tsx, which turns source maps on:
 * node --require tsx/cjs --require ./scripts/quickStart.cjs
 */
const Module = require("node:module");
const path = require("node:path");

/** @typedef {(request: string, ...rest: unknown[]) => object} Load */
/** @typedef {{ _load: Load, enableCompileCache?: (dir: string) => unknown }} Loader */
const loader = /** @type {Loader} */ (/** @type {unknown} */ (Module));

// Compiled code is kept for the next start, from Node.js 22.8 on, and where nobody else can write.
loader.enableCompileCache?.(path.join(__dirname, "..", "node_modules", ".cache", "node"));

// Pulumi's SDK takes a stack trace for every resource, and each would be mapped to the sources of the SDK: a
// tenth of the time of an `up` without changes, for positions that nobody sees.
process.setSourceMapsEnabled(false);
const MAPPER = "source-map-support/register";

/**
 * What Pulumi's SDK needs only to turn functions into texts (for serverless callbacks, of which this project
 * has none) is loaded when it is first used, instead of at every start: half of the time that the SDK takes to
 * load goes into these two (pulumi, sdk/nodejs/runtime/closure/codePaths.ts and parseFunction.ts).
 */
const LAZY = new Set(["@npmcli/arborist", "typescript"]);

const load = loader._load;

/** @type {Load} */
function loadLazily(request, ...rest) {
  if (request === MAPPER) {
    return {};
  }
  if (!LAZY.has(request)) {
    return load(request, ...rest);
  }
  /** @type {object | undefined} */
  let loaded;
  return new Proxy(
    {},
    {
      get: (_, name) => {
        // Asked by whoever imports it, as a first thing: the answer keeps it from looking at all the rest.
        if (name === "__esModule" && !loaded) {
          return true;
        }
        loaded ??= load(request, ...rest);
        return Reflect.get(loaded, name);
      },
    },
  );
}

loader._load = loadLazily;
