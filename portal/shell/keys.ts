import { useEffect } from 'preact/hooks';

/** What a key does, by its name in `KeyboardEvent.key`. Returns false if it does nothing now. */
export type KeyBindings = Readonly<Record<string, () => unknown>>;

/** The latest screen or panel to bind a key has it. */
const bound: KeyBindings[] = [];

/** Binds keys while the component is there. They do nothing while its owner types or a dialog is open. */
export function useKeys(bindings: KeyBindings): void {
  useEffect(() => {
    bound.push(bindings);
    return () => void bound.splice(bound.indexOf(bindings), 1);
  });
}

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) && event.key !== 'Escape') return;
    // There, Enter does what it always does.
    if (
      event.key === 'Enter' &&
      event.target instanceof Element &&
      event.target.closest('a, button, summary')
    )
      return;
    if (document.querySelector('dialog[open]')) return;
    const found = bound.findLast((bindings) => Object.hasOwn(bindings, event.key));
    if (!found) return;
    if (found[event.key]?.() !== false) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}
