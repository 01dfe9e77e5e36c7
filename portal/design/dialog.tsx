import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { texts } from '../i18n/i18n.ts';
import { Button, classes } from './button.tsx';
import { CloseIcon } from './icons.tsx';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The buttons that end it. */
  readonly actions?: ComponentChildren;
  readonly onClose: () => void;
  readonly wide?: boolean;
}

/** Open as long as it is rendered. The browser keeps the focus in it, and gives it back afterwards. */
export function Dialog({ title, children, actions, onClose, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class={classes('dialog', wide && 'wide')} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" small label={texts().common.close} onClick={onClose}>
          <CloseIcon />
        </Button>
      </header>
      <div class="dialog-body">{children}</div>
      {actions ? <footer>{actions}</footer> : null}
    </dialog>
  );
}
