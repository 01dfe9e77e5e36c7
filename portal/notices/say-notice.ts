import type { Sentence, SentenceCode, SentenceParams } from '../../contract/sentences.ts';
import type { Catalog } from '../i18n/catalog.ts';
import { maySay, sayAll } from '../i18n/say.ts';
import type { NoticeType, Told } from './notice.ts';

/** What a notice tells, in the page's language; as it came where the page has no words for it. */
export function sayNotice(told: Told, names: Catalog['changes']['fields']): string {
  const { type, data } = told;
  const write = Object.hasOwn(sayings, type) ? (sayings[type] as Write) : undefined;
  const sentences = write?.(data, names);
  return sentences?.every(maySay) ? sayAll(sentences) : data.explanation;
}

type Data<Type extends NoticeType> = Extract<Told, { type: Type }>['data'];
type Names = Readonly<Record<string, string>>;
type Write = (data: Told['data'], names: Names) => Sentence[];

/** As the API says them. An event that nobody can receive is told in the API's words. */
const sayings: {
  readonly [Type in Exclude<NoticeType, 'webhook.event.unprocessable'>]: (
    data: Data<Type>,
    names: Names,
  ) => Sentence[];
} & { readonly 'webhook.event.unprocessable'?: never } = {
  'webhook.subscription.failing': ({ since, lastFailure }) => [
    say('notice.failing', { since }),
    sayLast(lastFailure),
  ],
  'webhook.subscription.disabling': ({ since, disablesAt: at, lastFailure }) => [
    say('notice.disabling', { since, at }),
    sayLast(lastFailure),
  ],
  'webhook.subscription.disabled': ({ reason, keptUntil: at }) =>
    reason === 'owner'
      ? [say('notice.disabled-by-owner')]
      : [say(`health.disabled-${reason}`), ...(at === undefined ? [] : [say('health.kept', { at })])],
  'webhook.subscription.recovered': ({ since }) => [say('notice.recovered', { since })],
  'webhook.subscription.paused': ({ until: at }) => [say('notice.paused', { at })],
  'webhook.subscription.resumed': () => [say('notice.resumed')],
  'webhook.subscription.secret-rotated': ({ overlapEndsAt: at }) => [say('notice.secret-rotated', { at })],
  'webhook.subscription.changed': ({ fields, from, to }, names) => [
    say('notice.changed', { fields: fields.map((field) => names[field] ?? field).join(', ') }),
    ...(from !== undefined && to !== undefined ? [say('notice.moved', { from, to })] : []),
  ],
  'webhook.delivery.exhausted': ({ count, since }) => [say('notice.exhausted', { count, since })],
};

function sayLast({ reason, status }: Data<'webhook.subscription.failing'>['lastFailure']): Sentence {
  if (reason === 'status' && status !== undefined) return say('failure.answered', { status });
  return { code: `failure.${reason}`, params: {}, text: '' };
}

/** Only the page's own words are wanted, so the text is empty. */
function say<Code extends SentenceCode>(
  code: Code,
  ...[params]: SentenceParams<Code> extends Readonly<Record<string, never>> ? [] : [SentenceParams<Code>]
): Sentence {
  return { code, params: { ...(params as Sentence['params'] | undefined) }, text: '' };
}
