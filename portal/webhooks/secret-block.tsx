import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, mayManage, maySeeSecrets } from '../session/session.ts';
import { RotateDialog } from './rotate-dialog.tsx';
import { SecretText } from './secret-text.tsx';

/** The signing secret: shown when asked for, and replaced. */
export function SecretBlock({ id }: { readonly id: string }) {
  const {
    webhook: { secret: t },
  } = texts();
  const revealed = useSignal<RouteAnswer<'GET /subscriptions/{id}/secret'> | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const isRotating = useSignal(false);
  const reveal = async () => {
    failure.value = undefined;
    try {
      revealed.value = (await api('GET /subscriptions/{id}/secret', { path: { id } })).body;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  return (
    <section class="card block">
      <h2>{t.title}</h2>
      <p class="muted">{maySeeSecrets.value ? `${t.text} ${t.audited}` : t.notAllowed}</p>
      <div class="block-actions">
        {maySeeSecrets.value ? (
          <Button
            onClick={() => {
              if (!revealed.value) return reveal();
              revealed.value = undefined;
              return undefined;
            }}
          >
            {revealed.value ? t.hide : t.reveal}
          </Button>
        ) : null}
        {mayManage.value ? (
          <Button
            onClick={() => {
              isRotating.value = true;
            }}
          >
            {t.rotate}
          </Button>
        ) : null}
      </div>
      <FailureNotice failure={failure.value} />
      {revealed.value ? (
        <>
          <SecretText secret={revealed.value.secret} />
          {revealed.value.previous.map(({ createdAt, expiresAt }) => (
            <p key={createdAt} class="hint">
              <span>
                {t.previous} {expiresAt ? <Time at={expiresAt} as="short" /> : null}
              </span>
            </p>
          ))}
        </>
      ) : null}
      {isRotating.value ? (
        <RotateDialog
          id={id}
          onClose={() => {
            isRotating.value = false;
            revealed.value = undefined;
          }}
        />
      ) : null}
    </section>
  );
}
