import { isObject, parseJson } from "./messages";

/** Filters under a name. */
export interface SavedView {
  readonly name: string;
  /** The filters as the page's address has them. */
  readonly query: string;
}

/** Where the browser keeps them. */
const KEY = "views";

/** Those that the browser keeps, by name; none where it keeps nothing for pages. */
export function loadViews(): readonly SavedView[] {
  try {
    return parseViews(localStorage.getItem(KEY) ?? "");
  } catch {
    return [];
  }
}

/** Has the browser keep these. @returns whether it does */
export function storeViews(views: readonly SavedView[]): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify(views));
    return true;
  } catch {
    return false;
  }
}

/** Reads what was stored; what is no view of it is left out. */
export function parseViews(text: string): readonly SavedView[] {
  const found = parseJson(text);
  return Array.isArray(found) ? found.filter(isView) : [];
}

/** The views with one more, in the place of one of its name. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  return [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name));
}

/** The views without the one of this name, if there is one. */
export function withoutView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((view) => view.name !== name);
}

function isView(value: unknown): value is SavedView {
  return isObject(value) && typeof value.name === "string" && typeof value.query === "string";
}
