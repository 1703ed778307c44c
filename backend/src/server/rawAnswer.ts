/**
 * An answer for a connection on which there is no request that could be answered: in the form of all errors, and the
 * last on it.
 *
 * @param status code and reason, such as `404 Not Found`
 */
export function rawAnswer(status: string, detail: string): string {
  const body = JSON.stringify({ detail });
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
