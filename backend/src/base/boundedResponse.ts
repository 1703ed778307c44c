/**
 * An answer of which no more is read than it may have: what a server sends would else be held in memory as a
 * whole, however much it is.
 *
 * @param maxBytes of its body
 * @param tooLarge what reading a larger one fails with
 */
export function boundedResponse(
  response: Response,
  maxBytes: number,
  tooLarge: () => Error,
): Response {
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw tooLarge();
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(bound) ?? null, response);
}
