import { ModelError } from "./failure.js";

/** Bytes of an answer: a hundred times what the largest form needs. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * `fetch` that reads no more of an answer than it may have: what a provider sends would else be held in
 * memory as a whole, however much it is.
 *
 * @throws {@link ModelError} while the body is read
 */
export async function boundedFetch(...asked: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...asked);
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) {
        throw new ModelError("answer too large", response.status);
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(bound) ?? null, response);
}
