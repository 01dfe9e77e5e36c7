import { useEffect } from 'preact/hooks';
import { texts } from '../i18n/i18n.ts';

/** Names the screen in the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${texts().shell.title}`;
  }, [title]);
}
