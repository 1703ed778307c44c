import { useId, type ReactNode, type RefObject } from "react";

interface DialogProps {
  /** Through which it is shown and closed. */
  readonly ref: RefObject<HTMLDialogElement | null>;
  readonly title: string;
  /** Told that it was closed, by whatever means. */
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page, with a button that closes it. */
export function Dialog({ ref, title, onClose, children }: DialogProps) {
  const titleId = useId();
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
      <form method="dialog">
        <button type="submit" className="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
