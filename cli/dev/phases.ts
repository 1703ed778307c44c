/** What the pieces of work of a round are called, whoever does them: Pulumi, or what runs ahead of it. */
import type { Part } from "../../config/settings";

/** Bringing images into the nodes of the Kind cluster. */
export const LOAD = "load into nodes";

/** Telling the cluster of a new revision of the application. */
export const UPGRADE = "upgrade";

/** Replacing the application's pods. */
export const ROLL_OUT = "roll out";

/** Building a part's image. */
export function buildOf(part: Part): string {
  return `build ${part}`;
}
