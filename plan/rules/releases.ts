/** Rules on how charts are installed. */
import valid = require("semver/functions/valid");
import { ADD_ONS } from "../../config/addOns";
import type { Rule } from "./rule";

/** Revisions above which a history is no longer looked through. */
const LONG_HISTORY = 20;

export const releasePinned: Rule = {
  id: "release-pinned",
  title: "a chart from a repository has one exact version",
  why: "the same sources would install something else tomorrow",
  fix: "Set the version of the add-on's chart in the stack's file to one exact version, such as 4.15.1",
  severity: "error",
  broken: ({ releases }) =>
    releases
      // A folder or an archive is what it is.
      .filter(({ chart, repo }) => repo !== undefined || chart.startsWith("oci:"))
      .filter(({ version }) => !valid(version))
      .map(({ name, version }) => ({
        at: `release ${name}`,
        what: version === undefined ? "has no version" : `has the version ${version}`,
      })),
};

/** The release that an `up` gives a minute and then only tells of: an application that serves does not fail for it. */
const NOT_WAITED = ADD_ONS.observability.block;

export const releaseWaited: Rule = {
  id: "release-waited",
  title: "something waits for a release until it is ready",
  why: "an up would end well with pods that never start",
  fix: "Leave out skipAwait of the Release, or let awaitReadiness follow it",
  severity: "error",
  broken: ({ releases }) =>
    releases
      .filter(({ name, waited }) => waited === false && name !== NOT_WAITED)
      .map(({ name }) => ({ at: `release ${name}`, what: "is waited for by nothing" })),
};

export const releaseHistory: Rule = {
  id: "release-history",
  title: `Helm keeps between 1 and ${LONG_HISTORY} revisions of a release`,
  why: "each revision is a Secret with the whole manifest, and etcd grows by it with every upgrade",
  fix: "Set maxHistory of the Release",
  severity: "error",
  broken: ({ releases }) =>
    releases
      .filter(({ maxHistory = 0 }) => maxHistory < 1 || maxHistory > LONG_HISTORY)
      .map(({ name, maxHistory = 0 }) => ({
        at: `release ${name}`,
        what: `keeps ${maxHistory < 1 ? "all" : maxHistory} revisions`,
      })),
};
