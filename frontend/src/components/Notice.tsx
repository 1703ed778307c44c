import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface NoticeProps {
  readonly onDismiss: () => void;
  readonly children: ReactNode;
}

/** An error that the viewer caused and should see, until dismissed. */
export function Notice({ onDismiss, children }: NoticeProps) {
  return (
    <div className="notice" data-tone="error" role="alert">
      <Icon name="alert" />
      <p>{children}</p>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
