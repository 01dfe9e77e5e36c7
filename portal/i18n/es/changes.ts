import type { AuditedAction, ChangedField, EntryActor } from '../../changes/entry.ts';

const actions: Readonly<Record<AuditedAction, string>> = {
  'subscription.created': 'Webhook añadido',
  'subscription.changed': 'Ajustes cambiados',
  'subscription.deleted': 'Webhook eliminado',
  'subscription.paused': 'En pausa',
  'subscription.resumed': 'Reanudado',
  'verification.requested': 'Se pidió el consentimiento al servidor',
  'secret.revealed': 'Secreto de firma consultado',
  'secret.rotated': 'Secreto de firma cambiado',
  'headers.changed': 'Encabezados propios cambiados',
  'delivery.resent': 'Entrega reenviada',
  'event.sent': 'Evento enviado a este webhook',
  'test.sent': 'Evento de prueba enviado',
  'drill.started': 'Prueba del receptor iniciada',
  'api-key.issued': 'Clave de API emitida',
  'api-key.revoked': 'Clave de API revocada',
  'portal-session.issued': 'Enlace a esta página creado',
  'portal-session.opened': 'Página abierta',
  'portal-session.revoked': 'Sesión terminada',
  'account.status-changed': 'Estado de la cuenta cambiado',
  'account.removed': 'Cuenta eliminada',
};

const fields: Readonly<Record<ChangedField, string>> = {
  url: 'URL',
  eventTypes: 'eventos',
  description: 'descripción',
  metadata: 'metadatos',
  status: 'estado',
  rateLimit: 'llamadas por segundo',
  timeoutMs: 'tiempo límite',
};

const actors: Readonly<Record<EntryActor['kind'], string>> = {
  'api-key': 'Clave de API',
  'portal-session': 'Sesión de esta página',
  backend: 'iOmniHub',
};

export const changes = {
  title: 'Cambios',
  text: 'Quién cambió qué, o consultó el secreto. Se guarda 400 días.',
  none: 'Aún no se ha cambiado nada.',
  more: 'Mostrar anteriores',
  actions,
  fields,
  actors,
  ownSession: 'Usted, en esta sesión',
  statuses: { enabled: 'activado', disabled: 'desactivado', pending: 'pendiente' },
  until: (time: string) => `hasta ${time}`,
  notSet: 'ninguno',
};
