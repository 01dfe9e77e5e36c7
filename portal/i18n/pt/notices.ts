import type { NoticeType } from '../../notices/notice.ts';

const titles: Readonly<Record<NoticeType, string>> = {
  'webhook.subscription.failing': 'Seu servidor falha',
  'webhook.subscription.disabling': 'Será desativado em breve',
  'webhook.subscription.disabled': 'Desativado',
  'webhook.subscription.recovered': 'Funciona de novo',
  'webhook.subscription.paused': 'Pausado',
  'webhook.subscription.resumed': 'Retomado',
  'webhook.subscription.secret-rotated': 'Segredo de assinatura trocado',
  'webhook.subscription.changed': 'Configurações alteradas',
  'webhook.delivery.exhausted': 'Entregas abandonadas',
  'webhook.event.unprocessable': 'Evento que não pode ser entregue',
};

export const notices = {
  title: 'Avisos',
  subtitle:
    'O que o iOmniHub tem a dizer sobre seus webhooks. Inscreva um webhook em webhook.* para que seu servidor receba os avisos.',
  latest: 'Últimos avisos',
  aboutThis: 'Sobre este webhook',
  none: 'Nada a dizer. Falhas, pausas e alterações dos seus webhooks aparecem aqui.',
  showEvent: 'Evento',
  titles,
};
