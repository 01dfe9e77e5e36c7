import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface SidePanelProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Details beside a list. On a narrow screen they take its place, so the focus goes there too. */
export function SidePanel({ label, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (matchMedia('(max-width: 980px)').matches) panel.current?.focus();
  }, []);
  return (
    <aside class="card panel" aria-label={label} ref={panel} tabIndex={-1}>
      {children}
    </aside>
  );
}
