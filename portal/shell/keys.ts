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
    if (belongsToElement(event) || document.querySelector('dialog[open]')) return;
    const found = bound.findLast((bindings) => Object.hasOwn(bindings, event.key));
    if (found && found[event.key]?.() !== false) event.preventDefault();
  });
}

/** True if the key does something where the focus is: what is typed, and Enter on a link or button. */
function belongsToElement({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Enter') return target.closest('a, button, summary, input, select') !== null;
  const isTyping = target.matches('input:not([type=checkbox]), textarea, select');
  return isTyping && key !== 'Escape';
}
