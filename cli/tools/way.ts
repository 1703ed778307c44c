/** What every way of getting a tool has in common. */
import type { Tool } from "./catalogue";
import type { Place } from "./place";

/** Milliseconds that one way of getting one tool may take: downloads on a slow line, Go builds on two cores. */
export const FETCH_TIMEOUT = 30 * 60_000;

/** One way of getting a tool onto the machine. */
export interface Way {
  readonly name: string;
  /** Where it gets a tool from. */
  readonly source: (tool: Tool) => string;
  /**
   * Puts the tool and its companions into a folder.
   *
   * @param bin the folder's path; it does not exist yet, its parent does
   * @throws Error that says why this way does not work here
   */
  readonly fetch: (tool: Tool, bin: string, place: Required<Place>) => Promise<void>;
}
