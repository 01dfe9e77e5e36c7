import type { RouteAnswer } from '../../api/route-shapes.ts';
import { plural } from './words.ts';

type Outcome = RouteAnswer<'GET /events/{id}'>['subscriptions'][number]['outcome'];

const outcomes: Readonly<Record<Outcome, string>> = {
  delivered: 'Entregue',
  waiting: 'Em espera',
  parked: 'Guardado',
  failed: 'Falhou',
  cancelled: 'Cancelado',
  'no-longer-known': 'Não se sabe mais',
  'not-subscribed': 'Não escolhido',
  disabled: 'Estava desativado',
  pending: 'Estava pendente',
  'account-suspended': 'Estava suspensa',
  'created-later': 'Criado depois',
};

export const events = {
  title: 'Eventos',
  subtitle: 'O que aconteceu na sua conta e, para cada webhook, por que foi ou não foi entregue.',
  test: 'Teste',
  none: 'Ainda não há eventos. Eles são guardados desde que a conta tem um webhook.',
  noMatch: 'Nenhum evento deste tipo.',
  count: (count: number, hasMore: boolean) =>
    hasMore
      ? plural(count, { other: 'Os últimos # eventos' })
      : plural(count, { one: '# evento', other: '# eventos' }),
  details: 'Detalhes do evento',
  copyId: 'Copiar id do evento',
  atWebhooks: 'Nos seus webhooks',
  noWebhooks: 'A conta não tinha webhook para ele.',
  outcomes,
  showDelivery: 'Ver a entrega',
  send: 'Enviar a este webhook',
  sendAgain: 'Enviar de novo',
  body: 'Corpo da chamada',
};
