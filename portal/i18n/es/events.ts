import type { RouteAnswer } from '../../api/route-shapes.ts';
import { plural } from './words.ts';

type Outcome = RouteAnswer<'GET /events/{id}'>['subscriptions'][number]['outcome'];

const outcomes: Readonly<Record<Outcome, string>> = {
  delivered: 'Entregado',
  waiting: 'En espera',
  parked: 'Guardado',
  failed: 'Fallido',
  cancelled: 'Cancelado',
  'no-longer-known': 'Ya no se sabe',
  'not-subscribed': 'No elegido',
  disabled: 'Estaba desactivado',
  pending: 'Estaba pendiente',
  'account-suspended': 'Estaba suspendida',
  'created-later': 'Creado después',
};

export const events = {
  title: 'Eventos',
  subtitle: 'Qué ocurrió en su cuenta y, para cada webhook, por qué se entregó o no.',
  test: 'Prueba',
  none: 'Aún no hay eventos. Se guardan desde que la cuenta tiene un webhook.',
  noMatch: 'Ningún evento de este tipo.',
  count: (count: number, hasMore: boolean) =>
    hasMore
      ? plural(count, { other: 'Los últimos # eventos' })
      : plural(count, { one: '# evento', other: '# eventos' }),
  details: 'Detalles del evento',
  copyId: 'Copiar id del evento',
  atWebhooks: 'En sus webhooks',
  noWebhooks: 'La cuenta no tenía ningún webhook para él.',
  outcomes,
  showDelivery: 'Ver la entrega',
  send: 'Enviar a este webhook',
  sendAgain: 'Enviar de nuevo',
  body: 'Cuerpo de la llamada',
};
