import { isIP } from "node:net";
import * as z from "zod";
import { commaSeparated } from "./texts.js";

/** Addresses and networks (CIDR), separated by commas. */
export const PROXIES = z
  .string()
  .transform(commaSeparated)
  .pipe(z.array(z.string().refine(isNetwork)));

function isNetwork(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  return (
    family !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most))
  );
}
