import { useEffect, useState } from "react";
import { Icon, type IconName } from "./Icon";

/** How long a button shows that it has copied, in ms. */
const SHOWN_MS = 2000;

interface CopyButtonProps {
  readonly icon?: IconName;
  readonly label: string;
  readonly text: () => string;
}

/** Puts a text on the clipboard. Absent where a page may not: browsers allow it to secure ones only. */
export function CopyButton({ icon = "copy", label, text }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  if (!isSecureContext) {
    return null;
  }
  const copy = () => {
    navigator.clipboard.writeText(text()).then(
      () => setOutcome("Copied"),
      () => setOutcome("Not copied: the browser refused"),
    );
  };
  return (
    <>
      <span className="copied" role="status">
        {outcome}
      </span>
      <button type="button" className="icon-button" aria-label={label} title={label} onClick={copy}>
        <Icon name={outcome === "Copied" ? "check" : icon} />
      </button>
    </>
  );
}
