// @ts-check
/**
 * Loads what Pulumi's SDK needs only to turn functions into texts (for serverless callbacks, of which this
 * project has none) when it is first used, instead of at every start: half of the time that the SDK takes
 * to load goes into these two (pulumi, sdk/nodejs/runtime/closure/codePaths.ts and parseFunction.ts).
 *
 * A preload: node --require ./scripts/lazyModules.cjs
 */
const Module = require("node:module");

const LAZY = new Set(["@npmcli/arborist", "typescript"]);

/** @typedef {(request: string, ...rest: unknown[]) => object} Load */
const loader = /** @type {{ _load: Load }} */ (/** @type {unknown} */ (Module));
const load = loader._load;

/** @type {Load} */
function loadLazily(request, ...rest) {
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
