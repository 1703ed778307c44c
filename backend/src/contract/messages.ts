import * as z from "zod";
import { time, type Wire } from "./fields.js";
import { THREAT_ANALYSIS } from "./threat.js";

/** What the server sends over a WebSocket. */
export const SERVER_MESSAGE = z.discriminatedUnion("type", [
  /** The newest threats, newest first: what is shown anew, or nothing after a reset. */
  z.object({ type: z.literal("initial_batch"), data: z.array(THREAT_ANALYSIS), timestamp: time }),
  z.object({ type: z.literal("new_threat"), data: THREAT_ANALYSIS, timestamp: time }),
  /** A threat that was sent before has changed: by a newer version of its alert, or by what a person decided. */
  z.object({ type: z.literal("threat_updated"), data: THREAT_ANALYSIS, timestamp: time }),
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
]);
export type ServerMessage = Wire<typeof SERVER_MESSAGE>;
