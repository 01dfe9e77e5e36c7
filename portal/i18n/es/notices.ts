import type { NoticeType } from '../../notices/notice.ts';

const titles: Readonly<Record<NoticeType, string>> = {
  'webhook.subscription.failing': 'Su servidor falla',
  'webhook.subscription.disabling': 'Se desactivará pronto',
  'webhook.subscription.disabled': 'Desactivado',
  'webhook.subscription.recovered': 'Funciona de nuevo',
  'webhook.subscription.paused': 'En pausa',
  'webhook.subscription.resumed': 'Reanudado',
  'webhook.subscription.secret-rotated': 'Secreto de firma cambiado',
  'webhook.subscription.changed': 'Ajustes cambiados',
  'webhook.delivery.exhausted': 'Entregas abandonadas',
  'webhook.event.unprocessable': 'Evento que no se puede entregar',
};

export const notices = {
  title: 'Avisos',
  subtitle:
    'Lo que iOmniHub tiene que decirle de sus webhooks. Suscriba un webhook a webhook.* para que su servidor reciba los avisos.',
  latest: 'Últimos avisos',
  aboutThis: 'Sobre este webhook',
  none: 'Nada que decir. Aquí aparecen caídas, pausas y cambios de sus webhooks.',
  showEvent: 'Evento',
  titles,
};
