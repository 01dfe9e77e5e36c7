const behaviours: Readonly<Record<string, string>> = {
  ok: 'Aceita',
  '500': '500',
  timeout: 'Sem resposta',
  '410': '410',
  slow: 'Lento',
};

export const playground = {
  title: 'Laboratório',
  subtitle:
    'Só na execução local: publique eventos como o helpdesk e veja o que seus webhooks fazem com eles.',
  publish: 'Publicar um evento',
  publishText: 'Ele percorre o caminho todo: barramento, fila, plano, chamada assinada.',
  data: 'Dados',
  notJson: 'precisa ser JSON',
  publishNow: 'Publicar',
  published: 'Publicado',
  reset: 'Voltar ao exemplo',
  receiver: 'Receptor de demonstração',
  receiverText: 'Escolha como ele responde a partir de agora.',
  behaviours,
  received: 'Recebido pelo receptor de demonstração',
  nothingReceived: 'Nada ainda. Publique um evento.',
  verified: 'Verificado',
  refused: 'Não verificado',
  unanswered: 'sem resposta',
};
