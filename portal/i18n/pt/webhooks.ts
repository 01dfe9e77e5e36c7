import { plural } from './words.ts';

export const webhooks = {
  title: 'Webhooks',
  subtitle: 'O iOmniHub chama estas URLs assim que algo acontece na sua conta.',
  add: 'Adicionar webhook',
  searchLabel: 'Pesquisar webhooks',
  searchHint: 'Pesquise por URL, descrição ou tipo de evento',
  filter: 'Situação',
  groups: { all: 'Todos', working: 'Funcionando', failing: 'Precisam de atenção', off: 'Desativados' },
  range: 'Período',
  ranges: { '24h': '24 horas', '14d': '14 dias' },
  columns: {
    webhook: 'Webhook',
    events: 'Eventos',
    status: 'Situação',
    activity: { '24h': 'Últimas 24 horas', '14d': 'Últimos 14 dias' },
    delivered: 'Entregues',
  },
  noDescription: 'Sem descrição',
  noCalls: 'Nenhuma chamada',
  moreTypes: (count: number) => `+${count}`,
  countOf: (count: number, most: number) =>
    plural(count, { one: `# webhook, de no máximo ${most}`, other: `# webhooks, de no máximo ${most}` }),
  count: (count: number) => plural(count, { one: '# webhook', other: '# webhooks' }),
  ofCalls: (delivered: string, calls: string) => `${delivered} de ${calls}`,
  sparkline: (delivered: string, failed: string) => `${delivered} entregues, ${failed} com falha`,
  noMatch: 'Nenhum webhook corresponde.',
  clearSearch: 'Mostrar todos',
  empty: {
    title: 'Seja chamado quando algo acontecer',
    worth:
      'Um webhook chama o seu próprio servidor quando um ticket ou um cliente muda: para um chatbot seu, ou para manter um CRM em dia.',
    enough:
      'Se a sua equipe atende pelo aplicativo web do iOmniHub, isso basta, e você não precisa de webhook.',
  },
  attention: (host: string) => `${host} precisa de atenção.`,
  attentionMany: (count: number) => plural(count, { other: '# webhooks precisam de atenção.' }),
  seeWhy: 'Ver por quê',
  states: {
    healthy: { word: 'Saudável', note: '' },
    unproven: { word: 'Novo', note: 'Ainda sem resposta' },
    shaky: { word: 'Algumas falham', note: 'Serão tentadas de novo' },
    failing: { word: 'Falhando', note: 'Nenhuma dá certo' },
    down: { word: 'Falhando', note: 'Entregas guardadas' },
    throttled: { word: 'Mais devagar', note: 'Seu servidor pediu' },
    draining: { word: 'Pondo em dia', note: 'O guardado é enviado' },
    paused: { word: 'Pausado', note: 'Entregas guardadas' },
    pending: { word: 'Pendente', note: 'Ainda não confirmado' },
    broken: { word: 'Sem entrega', note: 'Precisa de atenção' },
    ended: { word: 'Desativado', note: 'Pelo iOmniHub' },
    off: { word: 'Desativado', note: 'Por você' },
  },
  until: (time: string) => `Até ${time}`,
  nextCall: (time: string) => `Próxima chamada ${time}`,
  shakyText:
    'Na última hora, algumas chamadas falharam. São tentadas de novo sozinhas; o filtro “Falhas” mostra o que foi abandonado. Abra uma entrega para ver o que seu servidor respondeu.',
  failingText:
    'Todas as chamadas da última hora falharam. Cada uma é tentada de novo, e nada se perde. Veja o que seu servidor responde.',
};
