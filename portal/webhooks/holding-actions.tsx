import { useSignal } from '@preact/signals';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, mayManage } from '../session/session.ts';
import { EnableDialog } from './enable-dialog.tsx';
import type { HealthState, WebhookDetail } from './health.ts';
import { PauseDialog } from './pause-dialog.tsx';
import { useAttempt } from './use-attempt.ts';

export interface HoldingProps {
  readonly webhook: WebhookDetail;
  readonly state: HealthState;
  readonly onChanged: () => Promise<void>;
}

/** What the owner can do so that deliveries flow, or wait for a while. */
export function HoldingActions({ webhook, state, onChanged }: HoldingProps) {
  const {
    webhook: { pause: t, life },
  } = texts();
  const asking = useSignal<'pause' | 'enable' | undefined>(undefined);
  const { failure, attempt } = useAttempt(onChanged);
  const { id, status, paused, parked } = webhook;
  if (!mayManage.value) return null;
  const ask = (what: 'pause' | 'enable') => () => {
    asking.value = what;
  };
  const goOn = (said: string) => async () => {
    if (await attempt(() => api('POST /subscriptions/{id}/resume', { path: { id } }))) announce(said);
  };
  const enable = async () => {
    const change = { path: { id }, body: { status: 'enabled' } } as const;
    if (await attempt(() => api('PATCH /subscriptions/{id}', change))) announce(life.enabled);
  };
  const isHeldBack = state === 'down' || state === 'throttled';
  return (
    <>
      {isHeldBack ? <Button onClick={goOn(t.trying)}>{t.tryNow}</Button> : null}
      {paused ? <Button onClick={goOn(t.resumed)}>{t.resume}</Button> : null}
      {status === 'enabled' ? <Button onClick={ask('pause')}>{paused ? t.changeEnd : t.pause}</Button> : null}
      {status === 'disabled' ? (
        <Button kind="primary" title={life.enableText} onClick={parked.count > 0 ? ask('enable') : enable}>
          {life.enable}
        </Button>
      ) : null}
      <FailureNotice failure={failure.value} />
      {asking.value ? (
        <AskedDialog
          what={asking.value}
          webhook={webhook}
          onChanged={onChanged}
          onClose={() => {
            asking.value = undefined;
          }}
        />
      ) : null}
    </>
  );
}

function AskedDialog({
  what,
  ...props
}: Pick<HoldingProps, 'webhook' | 'onChanged'> & {
  readonly what: 'pause' | 'enable';
  readonly onClose: () => void;
}) {
  return what === 'pause' ? <PauseDialog {...props} /> : <EnableDialog {...props} />;
}
