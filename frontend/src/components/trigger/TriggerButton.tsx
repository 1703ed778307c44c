import {
  useCallback,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
} from "react";
import { usePressOutside } from "../../hooks/usePressOutside";
import { SignInContext, useRefusal } from "../../hooks/useSession";
import { RANDOM_TRIGGER, type Trigger } from "../../lib/triggers";
import type { TriggerRequest } from "../../types";
import { Icon } from "../Icon";
import { TriggerMenu } from "./TriggerMenu";

interface TriggerButtonProps {
  /** Resolves when the threat is there, or its failure has been shown. */
  readonly onTrigger: (wish: TriggerRequest) => Promise<void>;
}

/**
 * One click for a random threat; a menu beside it for a certain type or scenario. Only for who may; its place is
 * kept while that is not known.
 */
export function TriggerButton({ onTrigger }: TriggerButtonProps) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const menuId = useId();

  useEffect(() => {
    if (open) {
      items(root.current)[0]?.focus();
    }
  }, [open]);
  const close = useCallback(() => setOpen(false), []);
  usePressOutside(root, open, close);
  const asked = useContext(SignInContext).kind !== "unknown";
  const refusal = useRefusal("analyst", "ingest");
  if (refusal !== undefined) {
    return null;
  }

  async function choose({ request }: Trigger): Promise<void> {
    if (open) {
      setOpen(false);
      opener.current?.focus();
    }
    if (!busy) {
      setBusy(true);
      await onTrigger(request);
      setBusy(false);
    }
  }

  function onMenuKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      setOpen(false);
      opener.current?.focus();
    } else if (event.key === "Tab") {
      setOpen(false);
    } else if (moveFocus(items(root.current), event.key)) {
      event.preventDefault();
    }
  }

  return (
    <div className="trigger" ref={root} data-asked={asked}>
      {/* aria-disabled rather than disabled: a disabled button would drop the keyboard's focus. */}
      <button
        type="button"
        className="button"
        aria-disabled={busy}
        onClick={() => void choose(RANDOM_TRIGGER)}
      >
        <Icon name="bolt" />
        {busy ? (
          "Analysing…"
        ) : (
          <span>
            Trigger<span className="wide-only"> threat</span>
          </span>
        )}
      </button>
      <button
        type="button"
        ref={opener}
        className="button"
        aria-label="Choose a threat"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? menuId : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        <Icon name="chevron" />
      </button>
      {open && (
        <TriggerMenu id={menuId} onChoose={(trigger) => void choose(trigger)} onKey={onMenuKey} />
      )}
    </div>
  );
}

function items(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

/** Moves the focus as menus do. @returns whether the key was one of a menu's. */
function moveFocus(elements: readonly HTMLElement[], key: string): boolean {
  const current = elements.findIndex((element) => element === document.activeElement);
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: (current + 1) % elements.length,
    ArrowUp: (current - 1 + elements.length) % elements.length,
    Home: 0,
    End: elements.length - 1,
  };
  const target = targets[key];
  if (target === undefined) {
    return false;
  }
  elements[target]?.focus();
  return true;
}
