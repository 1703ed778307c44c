/** Wording that addresses a model or the analysis, by families; wording of people at work shows none. */

/** What a text shows of a family. */
export type Family = readonly RegExp[];

/** "Ignore the instructions", in the languages that models obey best besides English. */
const OVERRIDE_ABROAD: Family = [
  // German, Dutch
  /\b(?:ignorier|vergiss|missachte|negeer|vergeet)\w*\b.{0,40}(?:anweisung|vorgabe|instruktion|instructie|aanwijzing|regel)/is,
  // French
  /\b(?:ignor|oubli|néglig)\w*\s+(?:toutes?\s+)?(?:les|tes|vos|ces)\b.{0,30}(?:instruction|consigne|règle)/is,
  // Spanish, Portuguese
  /\b(?:ignor|olvid|descart|omit|esque[cç]|desconsider)\w*\s+(?:todas?\s+)?(?:las|tus|sus|estas|as|os|suas)\b.{0,30}(?:instrucci|instru[cç]|regla|regra|orden)/is,
  // Italian
  /\b(?:ignor|dimentic|trascur)\w*\s+(?:tutte\s+)?(?:le|tue|queste)\b.{0,30}(?:istruzion|regol|indicazion)/is,
  // Polish, Turkish
  /(?:zignoruj|ignoruj|zapomnij).{0,40}(?:instrukcj|polece|zasad)/is,
  /(?:talimat|yönerge|kural).{0,40}(?:yok say|unut|görmezden|dikkate alma)/is,
  // Russian, Ukrainian
  /(?:игнориру|ігнору|забудь|не обращай).{0,40}(?:инструкц|інструкц|указани|вказівк|правил)/is,
  // Arabic, Persian, Hindi
  /(?:تجاهل|انس[َى]?\s).{0,40}(?:تعليمات|الأوامر|القواعد)/s,
  /(?:دستور|قوانین).{0,40}(?:نادیده|فراموش)/s,
  /(?:निर्देश|नियम|आदेश).{0,40}(?:अनदेखा|नज़रअंदाज़|भूल जा)/s,
  // Chinese, Japanese, Korean
  /(?:忽略|忽视|忽視|无视|無視|忘记|忘記).{0,20}(?:指令|指示|提示|规则|規則)/s,
  /(?:指示|命令|ルール|プロンプト).{0,20}(?:無視|忘れ)/s,
  /(?:지시|지침|명령|규칙|프롬프트).{0,20}(?:무시|잊어)/s,
];

const OVERRIDE: Family = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|your|system)\b.{0,30}\b(?:instruction|prompt|rule|guideline|context|direction|polic)/is,
  ...OVERRIDE_ABROAD,
];
const ROLE: Family = [
  /\b(?:you are now|act as (?:an?|the|if)\b|pretend (?:to be|you)|from now on you|new (?:role|persona|instructions?)\s*:)/i,
];
/** Marks by which models know who speaks. */
const CHAT_MARKS = /<\|[a-z_]+\|>|\[\/?INST\]/i;
const HARMLESS_VERDICT =
  /\b(?:set|mark|classify|rate|treat|report|change)\b.{0,40}\bas (?:a )?(?:false[ _-]positive|benign|harmless|safe)\b/i;

/** What a text from people shows. */
export const HUMAN_FAMILIES: Readonly<Record<string, Family>> = {
  override: OVERRIDE,
  role: ROLE,
  markup: [
    /<\/?(?:system|assistant|user|instructions?|prompt|untrusted)\b[^>]*>|^\s*#{2,}\s*(?:system|instructions?)\b/im,
    CHAT_MARKS,
  ],
  speaker: [/^\s*(?:system|assistant|developer)\s*:/im],
  secrets: [
    /\b(?:reveal|print|repeat|show|output|leak)\b.{0,30}\b(?:system prompt|your (?:instructions?|prompt)|api[ _-]?key|secret|password)/i,
  ],
  verdict: [
    /\b(?:set|mark|classify|rate|treat|report|change|lower|downgrade)\b.{0,40}\b(?:severity|as (?:a )?(?:false[ _-]positive|benign|harmless|safe|info|low)\b|risk (?:score )?(?:to|as))/i,
  ],
  format: [
    /\b(?:respond|answer|reply|output)\b.{0,20}\b(?:only|exactly|with)\b.{0,40}(?:\{|json|["'`])|"?(?:severity|risk|confidence)"?\s*:\s*"?(?:low|info|none|-?\d)/i,
  ],
};

/**
 * What a text of a machine shows: log lines and events have `<System>`, `"severity": "low"` and the word
 * "password" of their own.
 */
export const MACHINE_FAMILIES: Readonly<Record<string, Family>> = {
  override: OVERRIDE,
  role: [/\b(?:you are now an?\b|pretend (?:to be|you)|from now on you)/i],
  markup: [CHAT_MARKS],
  verdict: [HARMLESS_VERDICT],
};

/** Characters that nobody sees, and of which a text may hold a second one. */
const HIDDEN = /[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|[\u{e0000}-\u{e007f}]/u;
const ALL_HIDDEN = new RegExp(HIDDEN.source, "gu");
/** Those that no machine writes; Windows has marks of direction in its dates. */
const HIDDEN_BY_HAND = /[\u202d\u202e]|[\u{e0000}-\u{e007f}]/u;

/** What most texts are made of alone: nothing of it is hidden, or looks like something else. */
const ASCII = /^[\0-\x7f]*$/;

/** Letters of scripts in which joiners are part of spelling. */
const JOINING =
  "[\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}]";
/** Where such characters are a part of what is written, by the Unicode Standard, chapters 9, 12 and 23. */
const HONEST: readonly RegExp[] = [
  // Byte order mark
  /^\ufeff/u,
  // Persian, Hindi and the like
  new RegExp(`(?<=${JOINING})[\\u200c\\u200d](?=${JOINING})`, "gu"),
  // Emoji of several people, and flags of regions
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu,
  /(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]{1,8}\u{e007f}/gu,
  // Directions beside what is read from right to left
  /(?<=[\p{scx=Arab}\p{scx=Hebr}][\p{P}\p{Zs}\d]{0,8})[\u200e\u200f]|[\u200e\u200f](?=[\p{P}\p{Zs}\d]{0,8}[\p{scx=Arab}\p{scx=Hebr}])/gu,
  // Where words of Thai, Lao, Khmer and Burmese may be broken
  /(?<=[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])\u200b(?=[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])/gu,
];

/**
 * Whether a text holds characters that nobody sees, besides those that its script needs.
 *
 * @param byMachine whether a machine wrote it, which has some of its own
 */
export function hidesSomething(text: string, byMachine = false): boolean {
  const hidden = byMachine ? HIDDEN_BY_HAND : HIDDEN;
  return (
    hidden.test(text) &&
    hidden.test(HONEST.reduce((rest, honest) => rest.replace(honest, ""), text))
  );
}

/** A text as it reads: without what nobody sees, and with ordinary letters for their look-alikes of full width. */
export function legible(text: string): string {
  return ASCII.test(text) ? text : text.replace(ALL_HIDDEN, "").normalize("NFKC");
}
