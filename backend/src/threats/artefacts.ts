import type { ThreatSignal } from "../contract/signal.js";
import { textsIn } from "./texts.js";

/** What only an attack leaves behind. */
export interface Proof {
  readonly what: string;
  /** The least risk of a signal that shows it, 0 to 1. */
  readonly least: number;
  readonly technique: string;
  /** Where the signal shows it. */
  readonly field: string;
}

type Known = Omit<Proof, "field">;

/**
 * Commands and strings of attackers. They are looked for letter by letter and mean the same in every sentence;
 * words of a language, which may be denied, are not among them.
 */
const ARTEFACTS: readonly (Known & { readonly pattern: RegExp })[] = [
  {
    // As it is, or with its letters hidden in look-ups of their own.
    pattern: /\$\{\s*jndi\s*:|\$\{[^{}]{0,20}\$\{(?:lower|upper|env|sys|date|:)[^{}]{0,20}[:-]/i,
    what: "a look-up string of Log4Shell",
    least: 0.65,
    technique: "T1190",
  },
  {
    pattern:
      /\b(?:ba|da|k|z)?sh -i\b.{0,40}(?:\/dev\/tcp\/|\bnc(?:at)? )|\bnc(?:at)?\b.{0,40} -e ?\/|\bexec:?.{0,20}sh\b.{0,30}tcp:|socket\.socket.{0,400}(?:pty\.spawn|dup2)|mkfifo.{0,80}\bnc(?:at)? /is,
    what: "a shell that is sent away",
    least: 0.88,
    technique: "T1059.004",
  },
  {
    pattern:
      /\bsekurlsa::|\blsadump::|lsass(?:\.exe)?.{0,40}\.dmp|-ma lsass|comsvcs(?:\.dll)?,? ?(?:#?24|minidump)|ntdsutil.{0,60}\bifm\b/is,
    what: "passwords taken from memory or from the directory",
    least: 0.88,
    technique: "T1003",
  },
  {
    pattern:
      /vssadmin(?:\.exe)? +delete +shadows|wmic +shadowcopy +delete|wbadmin +delete|recoveryenabled +no\b/i,
    what: "what could restore files is deleted",
    least: 0.86,
    technique: "T1490",
  },
  {
    pattern:
      /\beval\s*\(\s*(?:base64_decode|gzinflate)\s*\(|(?:system|passthru|eval)\s*\(\s*\$_(?:GET|POST|REQUEST)/i,
    what: "a web shell",
    least: 0.7,
    technique: "T1505.003",
  },
  {
    pattern: /stratum\+(?:tcp|ssl):\/\//i,
    what: "coins made for somebody else",
    least: 0.65,
    technique: "T1496",
  },
  {
    pattern: /@\/etc\/shadow\b|\/etc\/shadow.{0,20}\|.{0,20}(?:curl|nc) /i,
    what: "the file of passwords sent away",
    least: 0.86,
    technique: "T1041",
  },
];

/**
 * Techniques that no ordinary work shows, so that a sensor's hint at them weighs. Others, such as T1078 (valid
 * accounts) or T1485 (deleted files), sensors name beside every sign-in and every rotated log.
 */
const GRAVE_TECHNIQUES: Readonly<Record<string, string>> = {
  T1486: "files held to ransom",
  T1490: "recovery prevented",
  T1561: "disks wiped",
  T1003: "credentials dumped",
  T1014: "a rootkit",
};
const LEAST_OF_TECHNIQUE = 0.65;

/** One of these is in whatever an artefact is in; most texts have none, and are looked at once. */
const HINT =
  /\$\{|sh -i|\bnc|exec|socket|mkfifo|sekurlsa|lsadump|lsass|comsvcs|ntdsutil|vssadmin|shadowcopy|wbadmin|recoveryenabled|eval|system|passthru|stratum|shadow/i;

/** The proofs in a signal, the gravest first, each once. */
export function proofsIn({ metadata, mitre_hints: hints }: ThreatSignal): readonly Proof[] {
  const texts = textsIn(metadata).filter(({ text }) => HINT.test(text));
  const artefacts = ARTEFACTS.flatMap(({ pattern, ...known }) => {
    const shown = texts.find(({ text }) => pattern.test(text));
    return shown === undefined ? [] : [{ ...known, field: shown.field }];
  });
  const hinted = hints.flatMap((hint, index) => {
    const technique = hint.trim().toUpperCase();
    const what = GRAVE_TECHNIQUES[technique.slice(0, 5)];
    return what === undefined
      ? []
      : [{ what, least: LEAST_OF_TECHNIQUE, technique, field: `signal.mitre_hints[${index}]` }];
  });
  return [...artefacts, ...hinted].sort((a, b) => b.least - a.least);
}
