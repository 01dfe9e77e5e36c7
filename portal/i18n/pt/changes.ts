import type { AuditedAction, ChangedField, EntryActor } from '../../changes/entry.ts';

const actions: Readonly<Record<AuditedAction, string>> = {
  'subscription.created': 'Webhook adicionado',
  'subscription.changed': 'Configurações alteradas',
  'subscription.deleted': 'Webhook excluído',
  'subscription.paused': 'Pausado',
  'subscription.resumed': 'Retomado',
  'verification.requested': 'Consentimento pedido ao servidor',
  'secret.revealed': 'Segredo de assinatura consultado',
  'secret.rotated': 'Segredo de assinatura trocado',
  'headers.changed': 'Cabeçalhos próprios alterados',
  'delivery.resent': 'Entrega reenviada',
  'event.sent': 'Evento enviado a este webhook',
  'test.sent': 'Evento de teste enviado',
  'drill.started': 'Teste do receptor iniciado',
  'api-key.issued': 'Chave de API emitida',
  'api-key.revoked': 'Chave de API revogada',
  'portal-session.issued': 'Link para esta página criado',
  'portal-session.opened': 'Página aberta',
  'portal-session.revoked': 'Sessão encerrada',
  'account.status-changed': 'Situação da conta alterada',
  'account.removed': 'Conta removida',
};

const fields: Readonly<Record<ChangedField, string>> = {
  url: 'URL',
  eventTypes: 'eventos',
  description: 'descrição',
  metadata: 'metadados',
  status: 'situação',
  rateLimit: 'chamadas por segundo',
  timeoutMs: 'tempo limite',
};

const actors: Readonly<Record<EntryActor['kind'], string>> = {
  'api-key': 'Chave de API',
  'portal-session': 'Sessão desta página',
  backend: 'iOmniHub',
};

export const changes = {
  title: 'Alterações',
  text: 'Quem alterou o quê, ou consultou o segredo. Fica guardado por 400 dias.',
  none: 'Nada foi alterado ainda.',
  more: 'Mostrar anteriores',
  actions,
  fields,
  actors,
  ownSession: 'Você, nesta sessão',
  statuses: { enabled: 'ativado', disabled: 'desativado', pending: 'pendente' },
  until: (time: string) => `até ${time}`,
  notSet: 'nenhum',
};
