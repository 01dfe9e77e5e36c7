import type { Sentence, SentenceCode, SentenceParams } from '../../contract/sentences.ts';
import type { Catalog } from '../i18n/catalog.ts';
import { sayIn } from '../i18n/say.ts';
import type { WriteTime } from '../i18n/sentences.ts';
import type { NoticeType, Told } from './notice.ts';

/** What a notice tells, in the words of a language; as it came where that has none. */
export function sayNotice(
  told: Told,
  texts: Pick<Catalog, 'sentences' | 'changes'>,
  time: WriteTime,
): string {
  const { type, data } = told;
  const write = Object.hasOwn(sayings, type) ? (sayings[type] as Write) : undefined;
  const said = write?.(data, texts.changes.fields).map((sentence) => sayIn(texts, sentence, time));
  return said?.every((text) => text !== undefined) ? said.join(' ') : data.explanation;
}

/** Its words are those of the page. */
type Said = Pick<Sentence, 'code' | 'params'>;
type Data<Type extends NoticeType> = Extract<Told, { type: Type }>['data'];
type Names = Readonly<Record<string, string>>;
type Write = (data: Told['data'], names: Names) => Said[];

/** As the API says them. An event that nobody can receive is told in the API's words. */
const sayings: {
  readonly [Type in Exclude<NoticeType, 'webhook.event.unprocessable'>]: (
    data: Data<Type>,
    names: Names,
  ) => Said[];
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

function sayLast({ reason, status }: Data<'webhook.subscription.failing'>['lastFailure']): Said {
  if (reason === 'status' && status !== undefined) return say('failure.answered', { status });
  return { code: `failure.${reason}`, params: {} };
}

function say<Code extends SentenceCode>(
  code: Code,
  ...[params]: SentenceParams<Code> extends Readonly<Record<string, never>> ? [] : [SentenceParams<Code>]
): Said {
  return { code, params: { ...(params as Sentence['params'] | undefined) } };
}
