/** Addresses that mean this machine, and another one inside a container. */

/** Whether a host, as `URL` tells it, is on this machine's loopback interface. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname);
}
