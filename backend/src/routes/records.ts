import { HttpError } from "../contract/problems.js";
import type { VerdictReplay } from "../contract/verdictRecord.js";
import { replayStored } from "../service/replay.js";
import type { ThreatStore } from "../store/store.js";
import { STORE_ANSWERS, type Routes } from "./route.js";

/** `/api/threats/{id}/record`: what a verdict was made of, and what comes of that now. */
export function recordRoutes(
  routes: Routes,
  { store }: { readonly store: Pick<ThreatStore, "get" | "record"> },
): void {
  routes.add(
    {
      method: "GET",
      path: "/api/threats/:id/record",
      summary: "What the verdict on a threat was made of, and whether it comes out the same again",
      allowed: ["reader"],
      answers: {
        200: { description: "The record", schema: "VerdictReplay" },
        404: {
          description: "No such threat, or a backend has judged it that keeps no records",
          schema: "Error",
        },
        ...STORE_ANSWERS,
      },
    },
    async ({ request }): Promise<VerdictReplay> => {
      const { id } = request.params as { readonly id: string };
      const [threat, record] = await Promise.all([store.get(id), store.record(id)]);
      if (threat === null) {
        throw new HttpError(404, "Threat not found");
      }
      const replayed = record && (await replayStored(threat, record));
      if (replayed === null) {
        throw new HttpError(404, "No record: a backend that keeps none has judged this threat");
      }
      return replayed;
    },
  );
}
