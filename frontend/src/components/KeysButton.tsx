import { useRef, useState } from "react";
import { areKeysOn, switchKeys, useKeys } from "../hooks/useKeys";
import { STATUS_DECISIONS } from "../lib/decisions";
import { Dialog } from "./Dialog";

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ["j", "Next threat"],
  ["k", "Previous threat"],
  ["/", "Search"],
  ["x", "Choose the threat, for a decision on several"],
  ...STATUS_DECISIONS.map(({ key, label }) => [key, `${label} (the opened threat)`] as const),
  ["n", "Note (of the opened threat)"],
  ["Escape", "Close the opened threat"],
  ["?", "This list"],
];

/** The keys that act on the page, in a dialog of their own, and the switch for them. */
export function KeysButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(areKeysOn);
  const show = () => dialog.current?.showModal();
  useKeys({ "?": show });
  return (
    <>
      <button
        type="button"
        className="icon-button keys-button"
        aria-label="Keys"
        title="Keys"
        onClick={show}
      >
        ?
      </button>
      <Dialog ref={dialog} title="Keys">
        <dl>
          {KEYS.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <label>
          <input
            type="checkbox"
            checked={on}
            onChange={() => {
              switchKeys(!on);
              setOn(!on);
            }}
          />
          Single keys act
        </label>
      </Dialog>
    </>
  );
}
