import { CopyButton } from '../design/copy-button.tsx';
import { texts } from '../i18n/i18n.ts';

/** A signing secret, to be copied. */
export function SecretText({ secret }: { readonly secret: string }) {
  const { webhook: t } = texts();
  return (
    <div class="secret">
      <code class="mono grow">{secret}</code>
      <CopyButton label={t.secret.copy} text={secret} />
    </div>
  );
}
