import { Dialog } from '../design/dialog.tsx';
import { texts } from '../i18n/i18n.ts';

export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const { shell: t } = texts();
  const keys = [
    ['/', t.keys.search],
    ['j', t.keys.next],
    ['k', t.keys.previous],
    ['Enter', t.keys.open],
    ['r', t.keys.resend],
    ['Esc', t.keys.close],
    ['?', t.keys.help],
  ] as const;
  return (
    <Dialog title={t.keyboard} onClose={onClose}>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
