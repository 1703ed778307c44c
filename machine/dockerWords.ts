/** What Docker's CLI says when it cannot reach an engine, and what helps. Its own words are always passed on. */
import { lines } from "./run";

/** What is said, in words that several versions share, and what to do about it. */
const KNOWN: readonly (readonly [said: RegExp, fix: string])[] = [
  [
    /WSL (2 distro|integration)/i,
    "In Docker Desktop switch on Settings, Resources, WSL integration for this distribution",
  ],
  [
    /client version \S+ is too old/i,
    "Update the docker command, which is older than the engine: https://docs.docker.com/engine/install/",
  ],
  [/manually paused|is paused/i, "Resume Docker Desktop in the menu of its whale"],
  [/sign-?in (enforcement|is required)|must (be signed|sign) in/i, "Sign in to Docker Desktop"],
  [
    /(open|read|load|resolve).*\b(ca|cert|key)\.pem|could not read (CA|client) certificate|load(ing)? (X509|x509) key pair/i,
    'Put the files for TLS where DOCKER_CERT_PATH or the context says, or choose another context with "docker context use default"',
  ],
  [
    /context .*(not found|does not exist)/i,
    'Choose a context that is there: "docker context use default", and unset DOCKER_CONTEXT',
  ],
  [
    /podman/i,
    "The docker command is Podman's: install Docker's own beside an engine (https://docs.docker.com/engine/install/), and remove podman-docker",
  ],
  [
    /error getting credentials|docker-credential-\S+.*not found/i,
    "Install the credential helper that ~/.docker/config.json names, or remove its line credsStore or credHelpers there",
  ],
];

/** What helps against something that Docker said, if that is known. */
export function knownFix(said: string): string | undefined {
  return KNOWN.find(([words]) => words.test(said))?.[1];
}

/** Docker's own last words, without how it ended, as a part of a sentence. */
export function lastWords(detail: string): string | undefined {
  const words = lines(detail)
    .filter((line) => !/^(exit code \d+|there is no \S+|not done after .*)$/.test(line))
    .map((line) => line.trim())
    .join(" ");
  return words === "" ? undefined : words.replace(/\.$/, "");
}
