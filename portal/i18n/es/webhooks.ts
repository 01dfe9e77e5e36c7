import { plural } from './words.ts';

export const webhooks = {
  title: 'Webhooks',
  subtitle: 'iOmniHub llama a estas URL en cuanto ocurre algo en su cuenta.',
  add: 'Añadir webhook',
  searchLabel: 'Buscar webhooks',
  searchHint: 'Busque por URL, descripción o tipo de evento',
  filter: 'Estado',
  groups: { all: 'Todos', working: 'Funcionan', failing: 'Requieren atención', off: 'Desactivados' },
  range: 'Periodo',
  ranges: { '24h': '24 horas', '14d': '14 días' },
  columns: {
    webhook: 'Webhook',
    events: 'Eventos',
    status: 'Estado',
    activity: { '24h': 'Últimas 24 horas', '14d': 'Últimos 14 días' },
    delivered: 'Entregados',
  },
  noDescription: 'Sin descripción',
  noCalls: 'Sin llamadas',
  moreTypes: (count: number) => `+${count}`,
  countOf: (count: number, most: number) =>
    plural(count, {
      one: `# webhook, de un máximo de ${most}`,
      other: `# webhooks, de un máximo de ${most}`,
    }),
  count: (count: number) => plural(count, { one: '# webhook', other: '# webhooks' }),
  ofCalls: (delivered: string, calls: string) => `${delivered} de ${calls}`,
  sparkline: (delivered: string, failed: string) => `${delivered} entregadas, ${failed} fallidas`,
  noMatch: 'Ningún webhook coincide.',
  clearSearch: 'Mostrar todos',
  empty: {
    title: 'Reciba una llamada cuando ocurra algo',
    worth:
      'Un webhook llama a su propio servidor cuando cambia un ticket o un cliente: para un chatbot suyo, o para mantener un CRM al día.',
    enough:
      'Si su equipo atiende a los clientes en la aplicación web de iOmniHub, con eso basta y no necesita ningún webhook.',
  },
  attention: (host: string) => `${host} requiere atención.`,
  attentionMany: (count: number) => plural(count, { other: '# webhooks requieren atención.' }),
  seeWhy: 'Ver por qué',
  states: {
    healthy: { word: 'Correcto', note: '' },
    unproven: { word: 'Nuevo', note: 'Aún sin respuesta' },
    shaky: { word: 'Algunas fallan', note: 'Se intentan de nuevo' },
    failing: { word: 'Fallando', note: 'Ninguna funciona' },
    down: { word: 'Fallando', note: 'Entregas guardadas' },
    throttled: { word: 'Más despacio', note: 'Su servidor lo pidió' },
    draining: { word: 'Poniéndose al día', note: 'Se envía lo guardado' },
    paused: { word: 'En pausa', note: 'Entregas guardadas' },
    pending: { word: 'Pendiente', note: 'Aún sin confirmar' },
    broken: { word: 'Sin entrega', note: 'Requiere atención' },
    ended: { word: 'Desactivado', note: 'Por iOmniHub' },
    off: { word: 'Desactivado', note: 'Por usted' },
  },
  until: (time: string) => `Hasta ${time}`,
  nextCall: (time: string) => `Próxima llamada ${time}`,
  shakyText:
    'En la última hora fallaron algunas llamadas. Se intentan de nuevo por sí solas; el filtro «Fallidas» muestra lo que se abandonó. Abra una entrega para ver qué respondió su servidor.',
  failingText:
    'Todas las llamadas de la última hora fallaron. Cada una se intenta de nuevo y no se pierde nada. Mire qué responde su servidor.',
};
