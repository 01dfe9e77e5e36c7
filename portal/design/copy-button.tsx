import { useState } from 'preact/hooks';
import { texts } from '../i18n/i18n.ts';
import { announce } from './announcer.tsx';
import { Button } from './button.tsx';
import { CheckIcon, CopyIcon } from './icons.tsx';

interface CopyButtonProps {
  readonly text: string | (() => string);
  /** What is copied, in words. */
  readonly label: string;
  /** Shows the icon alone. */
  readonly iconOnly?: boolean;
}

export function CopyButton({ text, label, iconOnly = false }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(typeof text === 'string' ? text : text());
    announce(texts().common.copied);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_600);
  };
  return (
    <Button small kind={iconOnly ? 'quiet' : undefined} label={label} title={label} onClick={copy}>
      {isCopied ? <CheckIcon /> : <CopyIcon />}
      {!iconOnly && <span>{isCopied ? texts().common.copied : label}</span>}
    </Button>
  );
}

/** A frame without the permission for the clipboard may still copy a selection. */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'off-screen';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
