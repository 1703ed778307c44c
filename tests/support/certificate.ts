/** Certificates for servers of tests, made with `openssl`. */
import { must } from "../../machine/run";

/**
 * Writes a certificate that signs itself, so that it is its own authority, and its key.
 *
 * @param host a name, or an IPv4 address
 * @param files where to, each as PEM
 */
export async function selfSigned(
  host: string,
  files: { readonly certificate: string; readonly key: string },
): Promise<void> {
  const kind = /^[\d.]+$/.test(host) ? "IP" : "DNS";
  await must("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", `/CN=${host}`, "-addext", `subjectAltName=${kind}:${host}`],
    ...["-keyout", files.key, "-out", files.certificate],
  ]);
}
