/** How deep a value may be nested that is kept or repeated. */
export const MAX_LEVELS = 16;

/** Less room than this says nothing, and is not enough for a mark either. */
export const LEAST = 64;
const TOO_DEEP = "[cut: more levels came]";

/** A text of at most so many characters, not less than 64; a longer one ends in a mark that says so. */
export function cut(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  // One that was cut before keeps the number that it had at first.
  const [mark] = /… \[cut: \d{1,9} characters came\]$/.exec(text) ?? [
    `… [cut: ${text.length} characters came]`,
  ];
  // Not in the middle of a character that takes two places.
  const kept = text.slice(0, most - mark.length).replace(/[\ud800-\udbff]$/, "");
  return kept + mark;
}

/** Whether a value is nested deeper than so many levels. */
export function isDeeper(value: unknown, levels: number): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1)))
  );
}

/**
 * A JSON value of at most so many characters. Long texts are cut; where all that a value holds is too much,
 * what is small stays and what is large gets equal parts of the room. Marks say what was left out.
 *
 * @param most not less than 64
 * @param mostText for each text in it
 */
export function fit(value: unknown, most: number, mostText = most): unknown {
  const small = !isDeeper(value, MAX_LEVELS) && sizeOf(value) <= Math.min(most, mostText);
  return small ? value : squeeze(trim(value, mostText, MAX_LEVELS), most);
}

/** A JSON value as text of at most so many characters, made in one pass, with marks that say what was left out. */
export function cutJson(value: unknown, most: number): string {
  const shallow = isDeeper(value, MAX_LEVELS) ? trim(value, most, MAX_LEVELS) : value;
  return cut(JSON.stringify(shallow), most);
}

/** A copy with no text too long and no level too deep. */
function trim(value: unknown, mostText: number, levels: number): unknown {
  if (typeof value === "string") {
    return cut(value, mostText);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (levels === 0) {
    return TOO_DEEP;
  }
  return Array.isArray(value)
    ? value.map((item) => trim(item, mostText, levels - 1))
    : Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, trim(item, mostText, levels - 1)]),
      );
}

/** A value without texts or levels that are too much, made smaller as a whole. */
function squeeze(value: unknown, most: number): unknown {
  if (sizeOf(value) <= most) {
    return value;
  }
  if (typeof value === "string") {
    return squeezeText(value, most);
  }
  if (Array.isArray(value)) {
    const items = value.map((item: unknown): Entry => ["", item]);
    const kept = share(items, most).map(([, item]) => item);
    return kept.length < items.length ? [...kept, `[cut: ${items.length} items came]`] : kept;
  }
  const fields: readonly Entry[] = Object.entries(value as object);
  const kept = share(fields, most);
  const mark: Entry = ["…", `[cut: ${fields.length} fields came]`];
  return Object.fromEntries(kept.length < fields.length ? [...kept, mark] : kept);
}

/** In JSON some characters take up to six places. */
function squeezeText(text: string, most: number): string {
  for (let length = most - 2; length >= LEAST; length *= 0.8) {
    const shorter = cut(text, Math.floor(length));
    if (sizeOf(shorter) <= most) {
      return shorter;
    }
  }
  return `[cut: ${text.length} characters came]`;
}

type Entry = readonly [key: string, value: unknown];

/** The entries that there is room for, in their order, large ones made smaller. */
function share(entries: readonly Entry[], most: number): readonly Entry[] {
  const sized = entries.map((entry, index) => ({ entry, index, size: sizeOf(entry) }));
  sized.sort((a, b) => a.size - b.size);
  // Some of it is for the mark.
  let room = most - LEAST;
  const kept: { readonly entry: Entry; readonly index: number }[] = [];
  sized.forEach(({ entry, index, size }, before) => {
    const part = Math.floor(room / (sized.length - before));
    const smaller = size <= Math.max(part, LEAST) ? entry : squeezeEntry(entry, part);
    const needed = smaller === entry ? size : sizeOf(smaller);
    if (smaller !== null && needed <= room) {
      kept.push({ entry: smaller, index });
      room -= needed;
    }
  });
  return kept.sort((a, b) => a.index - b.index).map(({ entry }) => entry);
}

function squeezeEntry([key, value]: Entry, most: number): Entry | null {
  const forValue = most - sizeOf([key, ""]);
  return forValue < LEAST ? null : [key, squeeze(value, forValue)];
}

/** How many characters it has as JSON. */
function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
