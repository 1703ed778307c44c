import type { ThreatSignal } from "../contract/signal.js";
import { count } from "../base/wording.js";
import { assertionsOf } from "../threats/texts.js";
import { reasons, type Reason } from "./agent.js";

/** Signs of compromise, in the words in which sensors report them. */
const SIGNS: readonly {
  readonly words: RegExp;
  readonly what: string;
  readonly technique: string;
  readonly risk: number;
}[] = [
  {
    words: /credential.?dump|mimikatz|lsass/i,
    what: "credentials dumped",
    technique: "T1003",
    risk: 0.2,
  },
  {
    words:
      /(?:agent|antivirus|defender|edr|protection|logging).{0,12}(?:stopped|disabled|killed|off)\b/i,
    what: "defences switched off",
    technique: "T1562.001",
    risk: 0.12,
  },
  {
    words: /upload.{0,12}(?:new|unknown|foreign)|exfil/i,
    what: "data leaving",
    technique: "T1041",
    risk: 0.12,
  },
  {
    words: /ransom.?note|files?.{0,12}encrypted|encrypting/i,
    what: "files held to ransom",
    technique: "T1486",
    risk: 0.25,
  },
  {
    words: /unsigned driver|rootkit/i,
    what: "code in the kernel",
    technique: "T1014",
    risk: 0.12,
  },
];

/**
 * The signs of compromise among a signal's indicators, each once however often it is said. What is not known
 * says nothing, and what is denied counts as not there.
 */
export function signsIn({ metadata }: ThreatSignal): readonly Reason[] {
  const listed: unknown = metadata["indicators"];
  const said = Array.isArray(listed) ? (listed as unknown[]) : [];
  const asserted = said.map((item) => (typeof item === "string" ? assertionsOf(item) : []));
  const found = SIGNS.flatMap(({ words, what, technique, risk }) => {
    const index = asserted.findIndex((clauses) => clauses.some((clause) => words.test(clause)));
    const fields = [`signal.metadata.indicators[${index}]`];
    return index < 0 ? [] : [{ text: `A sign of compromise: ${what}`, risk, technique, fields }];
  });
  return reasons(
    ...found,
    found.length === 0 &&
      said.length > 0 && {
        text: `${count(said.length, "indicator")}, of which none says that something known was found`,
        risk: 0,
        fields: ["signal.metadata.indicators"],
      },
  );
}
