/** The project: its name, its folder, and where its stacks keep their configuration and their state. */
import * as path from "node:path";

/** The Pulumi project, which keys of its stack files are prefixed with. */
export const PROJECT = "soc-agent";

/** Folder of the project, absolute. */
export const ROOT = path.resolve(__dirname, "..");

/** The file backend of Pulumi.yaml. */
export const STATE = path.join(ROOT, ".pulumi");

/** The states of the project's stacks in it. */
export const STATES = path.join(STATE, "stacks", PROJECT);

/** What a printed command begins with that runs pulumi, kind, kubectl or helm, wherever they are. */
export const BY_HAND = "npm run tools --";

/** Path of the file that holds a stack's configuration. */
export function stackFile(stack: string): string {
  return path.join(ROOT, `Pulumi.${stack}.yaml`);
}

/** The command that sets a secret. */
export function setSecret(name: string, stack: string): string {
  return `${BY_HAND} pulumi config set --stack ${stack} --secret ${name}`;
}
