const families: Readonly<Record<string, string>> = { ticket: 'tickets', customer: 'clientes' };

/** By what it is about and what happened. A type that is not here yet has the API's summary. */
const summaries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ticket: {
    created: 'Um cliente ou um agente abriu um ticket.',
    resolved: 'Um ticket foi marcado como resolvido.',
    tagged: 'As etiquetas de um ticket foram alteradas.',
    reopened: 'Um ticket resolvido foi reaberto.',
  },
  customer: { created: 'Um cliente foi adicionado, por uma primeira mensagem ou por um agente.' },
  'webhook.subscription': {
    failing: 'As chamadas a um webhook falharam tanto que suas entregas esperam.',
    disabling: 'Um webhook que falha há dias será desativado em breve.',
    disabled: 'Um webhook foi desativado, por seu dono ou por causa do seu receptor.',
    recovered: 'Um webhook que falhava responde de novo.',
    paused: 'Um webhook foi pausado: suas entregas esperam.',
    resumed: 'A pausa de um webhook terminou.',
    'secret-rotated': 'Um webhook recebeu um novo segredo de assinatura.',
    changed: 'As configurações de um webhook foram alteradas.',
  },
  'webhook.delivery': { exhausted: 'Entregas a um webhook terminaram sem sucesso.' },
  'webhook.event': {
    unprocessable: 'O iOmniHub publicou um evento que não pode ser entregue a nenhum webhook.',
  },
};

export const form = {
  url: 'URL',
  urlHint: 'Um endereço https do seu servidor que aceita pedidos POST.',
  urlGood: 'Esta URL pode ser usada.',
  events: 'Eventos',
  everything: 'Tudo',
  everythingHint: 'Todos os eventos, e os que forem criados depois',
  family: (noun: string) => `Tudo sobre ${families[noun] ?? noun}`,
  familyHint: 'Também o que for criado depois',
  operational: 'Sobre seus webhooks',
  operationalHint:
    'Avisa seu servidor quando um webhook falha, é pausado ou é alterado. “Tudo” não inclui isto.',
  summary: (type: string, summary: string) => {
    const end = type.lastIndexOf('.');
    return summaries[type.slice(0, end)]?.[type.slice(end + 1)] ?? summary;
  },
  description: 'Descrição',
  descriptionHint: 'Para que serve. Só você vê.',
  more: 'Mais configurações',
  headers: 'Cabeçalhos próprios',
  headersHint: 'Enviados com cada chamada, por exemplo um token seu. Guardados criptografados.',
  headerName: 'Nome do cabeçalho',
  headerValue: 'Valor',
  headerStored: 'Guardado; digite para trocar',
  addHeader: 'Adicionar cabeçalho',
  removeHeader: (name: string) => `Remover o cabeçalho ${name}`,
  timeout: 'Tempo limite em segundos',
  timeoutHint: (usual: string) => `Quanto seu servidor pode demorar. Normalmente ${usual} s.`,
  rateLimit: 'Máximo de chamadas',
  rateLimitHint: 'No máximo tantas; as outras esperam a vez. As de um minuto são distribuídas por ele.',
  ratePer: 'Segundo ou minuto',
  perSecond: 'por segundo',
  perMinute: 'por minuto',
  noLimit: 'Sem limite seu',
  filter: 'Filtro',
  filterHint: 'Todo evento dos tipos escolhidos é enviado. Filtros por conteúdo ainda não existem.',
  create: 'Adicionar webhook',
  save: 'Salvar alterações',
  saved: 'Salvo.',
  discard: 'Descartar alterações',
  droppedHeaders: (names: string) =>
    `A URL agora leva a outro servidor, por isso estes cabeçalhos foram removidos: ${names}. Adicione-os de novo se o novo servidor precisar deles.`,
};

export const created = {
  title: 'O webhook está pronto',
  open: 'Ir para o webhook',
  secretTitle: '1. Guarde o segredo de assinatura',
  secretText:
    'Com ele, seu servidor verifica que uma chamada vem do iOmniHub. Guarde-o como guarda uma senha.',
  secretHidden:
    'Sua sessão não permite ver segredos. Quem pode vê-los encontra o segredo nas configurações do webhook.',
  verifyTitle: '2. Verifique a assinatura',
  verifyText: 'Recuse o que não estiver assinado com este segredo. Use o corpo bruto, exatamente como veio.',
  language: 'Linguagem',
  copySnippet: 'Copiar código',
  testTitle: '3. Envie um evento de teste',
  testPending:
    'Estamos perguntando ao seu servidor se ele quer chamadas. Abra o webhook para ver a resposta.',
};
