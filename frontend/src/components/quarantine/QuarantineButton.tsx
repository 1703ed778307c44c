import { useRef, useState } from "react";
import { formatCount } from "../../lib/text";
import type { DashboardMetrics } from "../../types";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { QuarantineList } from "./QuarantineList";

interface QuarantineButtonProps {
  readonly figures: DashboardMetrics["quarantine"];
}

/** How much was sent that could not be read, and a dialog that shows it; nothing where none is kept. */
export function QuarantineButton({ figures }: QuarantineButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const kept = figures?.kept ?? 0;
  return (
    <>
      {(open || kept > 0) && (
        <button
          type="button"
          className="button quiet"
          aria-haspopup="dialog"
          aria-label={`Not read: ${formatCount(kept)}`}
          title="What was sent and could not be read"
          onClick={() => {
            setOpen(true);
            dialog.current?.showModal();
          }}
        >
          <Icon name="alert" />
          <span className="wide-only">Not read</span>
          <span className="count">{formatCount(kept)}</span>
        </button>
      )}
      <Dialog ref={dialog} title="Not read" onClose={() => setOpen(false)}>
        {open && <QuarantineList figures={figures} />}
      </Dialog>
    </>
  );
}
