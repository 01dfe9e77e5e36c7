import { plural } from './words.ts';

/** One webhook: its screen, its tests, its secret and its life. */
export const webhook = {
  title: 'Webhook',
  sections: 'Secciones de este webhook',
  tabs: { deliveries: 'Entregas', activity: 'Actividad', drill: 'Prueba del receptor', settings: 'Ajustes' },
  edit: 'Editar',
  status: 'Estado',
  delivered: 'Entregados, 24 h',
  shareOfCalls: (share: string) => `${share} de las llamadas`,
  waiting: 'En espera',
  latency: 'Mediana / p99',
  sendTest: 'Enviar evento de prueba',
  sendAnother: 'Enviar otro',
  testNeedsEnabled: 'Active primero el webhook',
  testType: 'Tipo de evento',
  testHint: 'Envía un ejemplo solo a este webhook, firmado como toda llamada y marcado como prueba.',
  testOnItsWay: 'En camino a su servidor …',
  answeredIn: (duration: string) => `Tardó ${duration}.`,
  showDelivery: 'Ver la entrega',
  secret: {
    title: 'Secreto de firma',
    text: 'Con él, su servidor comprueba que una llamada viene de iOmniHub. Guárdelo como guarda una contraseña.',
    reveal: 'Mostrar el secreto',
    hide: 'Ocultar',
    audited: 'Cada consulta queda en el registro de auditoría.',
    copy: 'Copiar secreto',
    notAllowed: 'Su sesión no permite ver secretos.',
    previous: 'Un secreto anterior también firma hasta',
    rotate: 'Cambiar el secreto',
    rotateTitle: 'Cambiar el secreto de firma',
    rotateText:
      'Se crea un secreto nuevo. Hasta el fin de la transición, ambos firman cada llamada, y su servidor puede cambiar en cualquier momento.',
    overlap: 'Ambos secretos firman durante',
    overlaps: {
      60: '1 minuto, porque el antiguo se ha filtrado',
      3600: '1 hora',
      86400: '1 día',
      604800: '7 días',
    },
    rotateNow: 'Crear un secreto nuevo',
    rotated: 'El secreto nuevo ya firma.',
    oldUntil: 'El antiguo firma hasta',
    noOld: 'El antiguo ya no firma.',
    doneHint: 'Cópielo a su servidor antes de que termine el antiguo.',
  },
  life: {
    title: 'Estado',
    enable: 'Activar',
    disable: 'Desactivar',
    delete: 'Eliminar',
    enabled: 'Activado',
    disabled: 'Desactivado',
    enableText:
      'Se envían los eventos que lleguen desde ahora. Lo que llegó mientras estaba desactivado no se envía solo: envíelo desde los eventos.',
    disableText: 'Los eventos que lleguen mientras esté desactivado no se envían.',
    disableTitle: (host: string) => `¿Desactivar ${host}?`,
    deleteTitle: (host: string) => `¿Eliminar ${host}?`,
    deleteText: 'Se pierden sus ajustes y su secreto. Sus entregas ya no se pueden consultar.',
    waitingNone: 'Ahora no lo espera ninguna entrega.',
    waiting: (count: number, isMore: boolean) =>
      isMore
        ? `Más de ${count} entregas lo esperan. Se cancelan cuando les toca el próximo intento.`
        : plural(count, {
            one: '# entrega lo espera. Se cancela cuando le toca el próximo intento.',
            other: '# entregas lo esperan. Se cancelan cuando les toca el próximo intento.',
          }),
    askAgain: 'Preguntar de nuevo al receptor',
  },
};
