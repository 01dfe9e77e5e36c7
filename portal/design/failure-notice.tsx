import type { ApiFailure } from '../api/problem.ts';
import { texts } from '../i18n/i18n.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface FailureNoticeProps {
  readonly failure: ApiFailure | undefined;
  readonly onRetry?: () => unknown;
}

/** A request that failed: what happened, and what to do. */
export function FailureNotice({ failure, onRetry }: FailureNoticeProps) {
  if (!failure) return null;
  const { problems, common } = texts();
  // What a gateway says by itself has no number to tell.
  const isNumbered = failure.slug === 'internal-error' && failure.requestId !== undefined;
  const { title, advice } =
    failure.slug === 'internal-error' && !isNumbered
      ? problems.unknown
      : (problems[failure.slug] ?? problems.unknown);
  return (
    <Notice
      tone="bad"
      urgent
      title={title}
      actions={
        onRetry && (
          <Button small onClick={onRetry}>
            {common.tryAgain}
          </Button>
        )
      }
    >
      {advice}
      {isNumbered ? <span class="mono"> {failure.requestId}</span> : null}
    </Notice>
  );
}
