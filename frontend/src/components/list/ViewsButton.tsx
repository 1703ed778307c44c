import { useRef, useState } from "react";
import type { ViewControl } from "../../hooks/useView";
import { loadViews, storeViews, withoutView, withView, type SavedView } from "../../lib/savedViews";
import { readView, writeView } from "../../state/filters";
import { CopyButton } from "../CopyButton";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";

/** The longest name, in letters: one line of the dialog. */
const MAX_NAME = 40;

/** The filters that the viewer has named, to apply and to remove, and the address of the present ones to share. */
export function ViewsButton({ view }: { readonly view: ViewControl }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [views, setViews] = useState<readonly SavedView[]>([]);
  const [name, setName] = useState("");
  const [kept, setKept] = useState(true);
  const named = name.trim();

  function change(next: readonly SavedView[]): void {
    setViews(next);
    setKept(storeViews(next));
  }

  function save(): void {
    if (named !== "") {
      const query = writeView({ filters: view.filters, threatId: undefined });
      change(withView(views, { name: named, query }));
      setName("");
    }
  }

  return (
    <>
      <button
        type="button"
        className="button quiet"
        aria-haspopup="dialog"
        title="Saved views"
        onClick={() => {
          // Another window may have changed them.
          setViews((old) => (kept ? loadViews() : old));
          dialog.current?.showModal();
        }}
      >
        <Icon name="bookmark" />
        <span>Views</span>
      </button>
      <Dialog ref={dialog} title="Saved views">
        {views.length === 0 && <p className="muted">None yet. Name the present filters:</p>}
        <ul className="views">
          {views.map((saved) => (
            <li key={saved.name}>
              <button
                type="button"
                className="text-button"
                onClick={() => {
                  view.setFilters(readView(saved.query).filters);
                  dialog.current?.close();
                }}
              >
                {saved.name}
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove ${saved.name}`}
                onClick={() => {
                  change(withoutView(views, saved.name));
                  // The button is about to go, and would take the keyboard's focus with it.
                  field.current?.focus();
                }}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
        <form
          className="views-form"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <label>
            Name
            <input
              className="field"
              ref={field}
              maxLength={MAX_NAME}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <button type="submit" className="button primary" aria-disabled={named === ""}>
            Save
          </button>
        </form>
        {!kept && (
          <p role="alert">This browser keeps nothing for pages: the views end with this one.</p>
        )}
        <div className="views-form">
          <label>
            Address of this view
            <input className="field" readOnly value={location.href} />
          </label>
          <CopyButton icon="link" label="Share" text={() => location.href} />
        </div>
      </Dialog>
    </>
  );
}
