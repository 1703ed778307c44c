/** A number of things in words: `no threats`, `1 threat`, `3 threats`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number === 0 ? "no" : number} ${number === 1 ? one : many}`;
}

/** How people write what the API's closed sets name otherwise than by its words. */
const NAMES: Readonly<Record<string, string>> = {
  anomaly_detection: "anomaly",
  block_ip: "block the address",
  rate_limit: "limit the rate",
  rate_limit_breach: "rate limit breach",
};

/** A name of the API, such as a threat's type, in the words of people. */
export function humanName(name: string): string {
  return NAMES[name] ?? name.replaceAll("_", " ");
}

/** A sentence that begins with a capital, whatever its first word is. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
