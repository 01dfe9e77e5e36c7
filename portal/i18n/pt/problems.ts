import type { FailureSlug } from '../../api/problem.ts';

/** What happened, and what to do. */
export const problems: Readonly<Record<FailureSlug, { readonly title: string; readonly advice: string }>> = {
  'invalid-json': { title: 'Não foi possível ler o pedido.', advice: 'Recarregue a página e tente de novo.' },
  'invalid-request': { title: 'Algo não é válido.', advice: 'Corrija os campos marcados.' },
  unauthorized: { title: 'Sua sessão terminou.', advice: 'Abra a página de novo pelo iOmniHub.' },
  'account-suspended': {
    title: 'A conta está suspensa.',
    advice: 'Fale com o iOmniHub. Até lá, nada é entregue.',
  },
  forbidden: { title: 'Sua sessão não permite isso.', advice: 'Peça um link com mais permissões.' },
  'not-found': { title: 'Isso não existe mais.', advice: 'Alguém pode ter excluído.' },
  'no-such-route': { title: 'A página e o servidor não combinam.', advice: 'Recarregue a página.' },
  'method-not-allowed': { title: 'A página e o servidor não combinam.', advice: 'Recarregue a página.' },
  conflict: { title: 'Outra pessoa está alterando ao mesmo tempo.', advice: 'Tente de novo em instantes.' },
  'too-many-subscriptions': {
    title: 'A conta já tem todos os webhooks que pode ter.',
    advice: 'Exclua um que não seja mais necessário.',
  },
  'too-many-api-keys': { title: 'A conta tem chaves de API demais.', advice: 'Revogue uma.' },
  'too-many-portal-sessions': { title: 'Há sessões demais abertas.', advice: 'Espere até que uma termine.' },
  'account-removed': { title: 'A conta foi removida.', advice: 'Fale com o iOmniHub.' },
  'subscription-not-enabled': {
    title: 'O webhook não está ativado.',
    advice: 'Ative-o primeiro e tente de novo.',
  },
  'attempt-in-progress': {
    title: 'Seu servidor está sendo chamado agora.',
    advice: 'Olhe de novo em um minuto: pode ter chegado.',
  },
  'delivery-waiting': {
    title: 'O evento já está a caminho.',
    advice: 'Espere a próxima tentativa, ou reenvie essa entrega.',
  },
  'event-not-kept': {
    title: 'O evento não está mais guardado.',
    advice: 'Agora só é possível lê-lo no próprio iOmniHub.',
  },
  'request-in-progress': {
    title: 'O mesmo pedido ainda está sendo atendido.',
    advice: 'Tente de novo em um segundo.',
  },
  'link-not-good': {
    title: 'O link não abre a página.',
    advice: 'Volte ao iOmniHub e abra seus webhooks de novo.',
  },
  'precondition-failed': {
    title: 'Outra pessoa alterou isto depois que você abriu.',
    advice: 'O que você digitou foi mantido. Veja o estado atual e salve de novo.',
  },
  'too-large': { title: 'Isso é grande demais.', advice: 'Envie no máximo 256 KiB.' },
  'idempotency-key-reused': { title: 'O pedido foi repetido de outra forma.', advice: 'Tente de novo.' },
  'too-many-requests': { title: 'Pedidos demais.', advice: 'Espere um momento e tente de novo.' },
  'internal-error': {
    title: 'Algo falhou do nosso lado.',
    advice: 'Tente de novo. Se continuar falhando, informe ao iOmniHub este número:',
  },
  offline: { title: 'Não houve resposta.', advice: 'Verifique sua rede e tente de novo.' },
  unknown: { title: 'Aconteceu algo inesperado.', advice: 'Recarregue a página e tente de novo.' },
};
