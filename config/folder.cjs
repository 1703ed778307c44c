// @ts-check
/** Where the project may lie. In plain JavaScript, because `cli/entry.mjs` looks before there are packages. */

/**
 * What is wrong with the project's own path. Pulumi makes a URL of it without escaping (`file://.` of
 * Pulumi.yaml), so that a stack's state lands in another folder, or nowhere.
 *
 * @param {string} root the project's folder, absolute
 * @returns {string | undefined} words for the user
 */
function refusalOfFolder(root) {
  const found = /[#?%]/.exec(root)?.[0];
  return found === undefined
    ? undefined
    : `The project's path has a "${found}", got ${root}: Pulumi reads that as part of a URL, and would keep the state in ` +
        "another folder. Move the project to a path without #, ? and %.";
}

module.exports = { refusalOfFolder };
