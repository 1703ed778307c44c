import type { ReactNode } from "react";

interface SectionProps {
  readonly title: string;
  /** A short text at the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** One titled block of a threat's detail. */
export function Section({ title, aside, children }: SectionProps) {
  return (
    <section className="section">
      <div className="section-head">
        <h3>{title}</h3>
        {aside !== undefined && <span className="muted">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
