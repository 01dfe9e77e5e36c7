export const common = {
  copied: 'Copiado',
  copy: 'Copiar',
  close: 'Fechar',
  cancel: 'Cancelar',
  tryAgain: 'Tentar de novo',
  back: 'Voltar',
  optional: 'opcional',
  loading: 'Carregando',
};

export const shell = {
  title: 'iOmniHub Webhooks',
  skip: 'Ir para o conteúdo',
  webhooks: 'Webhooks',
  events: 'Eventos',
  doctor: 'Doutor de assinaturas',
  playground: 'Laboratório',
  noticesNew: (count: number) =>
    count === 0 ? 'Avisos' : `Avisos, ${count} ${count === 1 ? 'novo' : 'novos'}`,
  navigation: 'Principal',
  language: 'Idioma',
  keyboard: 'Atalhos do teclado',
  timesIn: (zone: string) => `horários em ${zone}`,
  viewOnly: 'Somente leitura',
  signOut: 'Sair',
  keys: {
    search: 'Pesquisar',
    next: 'Próxima linha',
    previous: 'Linha anterior',
    open: 'Abrir a linha',
    resend: 'Reenviar a entrega',
    close: 'Fechar o painel ou a janela',
    help: 'Mostrar estes atalhos',
  },
  noSession: {
    'no-link': {
      title: 'Abra esta página pelo iOmniHub',
      text: 'A página abre com um link que o iOmniHub cria para você. Entre no iOmniHub e abra seus webhooks lá.',
    },
    'link-used': {
      title: 'Este link não abre mais a página',
      text: 'Cada link abre a página uma vez, por poucos minutos. Volte ao iOmniHub e abra seus webhooks de novo.',
    },
    ended: {
      title: 'Sua sessão terminou',
      text: 'Nada se perdeu. Volte ao iOmniHub e abra seus webhooks de novo.',
    },
    'signed-out': { title: 'Você saiu', text: 'Vá ao iOmniHub para abrir seus webhooks de novo.' },
    suspended: {
      title: 'A conta está suspensa',
      text: 'Enquanto estiver, nada é entregue e nada pode ser alterado. Pergunte ao iOmniHub por quê.',
    },
  },
  offline: {
    title: 'Sem conexão com o iOmniHub',
    text: 'Verifique sua rede. A página continua sozinha assim que receber uma resposta.',
  },
  notFound: {
    title: 'Não há nada aqui',
    text: 'Talvez tenha sido excluído, ou o endereço está incompleto.',
    action: 'Ir para os webhooks',
  },
};
