import { plural } from './words.ts';

/** One webhook: its screen, its tests, its secret and its life. */
export const webhook = {
  title: 'Webhook',
  sections: 'Seções deste webhook',
  tabs: {
    deliveries: 'Entregas',
    activity: 'Atividade',
    drill: 'Teste do receptor',
    settings: 'Configurações',
  },
  edit: 'Editar',
  status: 'Situação',
  delivered: 'Entregues, 24 h',
  shareOfCalls: (share: string) => `${share} das chamadas`,
  waiting: 'Em espera',
  latency: 'Mediana / p99',
  sendTest: 'Enviar evento de teste',
  sendAnother: 'Enviar outro',
  testNeedsEnabled: 'Ative o webhook primeiro',
  testType: 'Tipo de evento',
  testHint: 'Envia um exemplo só para este webhook, assinado como toda chamada e marcado como teste.',
  testOnItsWay: 'A caminho do seu servidor …',
  answeredIn: (duration: string) => `Levou ${duration}.`,
  showDelivery: 'Ver a entrega',
  secret: {
    title: 'Segredo de assinatura',
    text: 'Com ele, seu servidor verifica que uma chamada vem do iOmniHub. Guarde-o como guarda uma senha.',
    reveal: 'Mostrar o segredo',
    hide: 'Ocultar',
    audited: 'Cada consulta fica no registro de auditoria.',
    copy: 'Copiar segredo',
    notAllowed: 'Sua sessão não permite ver segredos.',
    previous: 'Um segredo anterior também assina até',
    rotate: 'Trocar o segredo',
    rotateTitle: 'Trocar o segredo de assinatura',
    rotateText:
      'Um novo segredo é criado. Até o fim da transição, os dois assinam cada chamada, e seu servidor pode trocar a qualquer momento.',
    overlap: 'Os dois segredos assinam por',
    overlaps: {
      60: '1 minuto, porque o antigo vazou',
      3600: '1 hora',
      86400: '1 dia',
      604800: '7 dias',
    },
    rotateNow: 'Criar um novo segredo',
    rotated: 'O novo segredo já assina.',
    oldUntil: 'O antigo assina até',
    noOld: 'O antigo não assina mais.',
    doneHint: 'Copie-o para o seu servidor antes que o antigo termine.',
  },
  life: {
    title: 'Situação',
    enable: 'Ativar',
    disable: 'Desativar',
    delete: 'Excluir',
    enabled: 'Ativado',
    disabled: 'Desativado',
    enableText:
      'Os eventos que vierem a partir de agora são enviados. O que veio enquanto estava desativado não é enviado sozinho: envie pela lista de eventos.',
    disableText: 'Eventos que vierem enquanto estiver desativado não são enviados.',
    disableTitle: (host: string) => `Desativar ${host}?`,
    deleteTitle: (host: string) => `Excluir ${host}?`,
    deleteText: 'As configurações e o segredo somem. Suas entregas não podem mais ser consultadas.',
    waitingNone: 'Nenhuma entrega espera por ele agora.',
    waiting: (count: number, isMore: boolean) =>
      isMore
        ? `Mais de ${count} entregas esperam por ele. Elas são canceladas na hora da próxima tentativa.`
        : plural(count, {
            one: '# entrega espera por ele. Ela é cancelada na hora da próxima tentativa.',
            other: '# entregas esperam por ele. Elas são canceladas na hora da próxima tentativa.',
          }),
    askAgain: 'Perguntar de novo ao receptor',
  },
};
