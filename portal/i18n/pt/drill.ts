import type { DrillSentences } from '../sentences.ts';
import { plural } from './words.ts';

export const drill = {
  title: 'Teste do receptor',
  text: 'Envia 14 chamadas ao seu servidor, certas e erradas, e mostra o que ele faz bem e o que não deveria fazer.',
  start: 'Iniciar o teste',
  again: 'Iniciar de novo',
  promises: [
    'Cada chamada é marcada como teste, para que seu servidor saiba.',
    'Chamadas com assinatura errada ou hora errada devem ser recusadas.',
    'Um evento repetido, desconhecido ou grande deve ser aceito.',
    'Nada disso conta: o teste não desativa o webhook nem muda seus números.',
  ],
  progress: (done: number, total: number) => `${done} de ${total} chamadas respondidas …`,
  summary: (good: number, bad: number) =>
    bad === 0
      ? 'Seu servidor faz tudo certo.'
      : `${plural(good, { one: '# certa', other: '# certas' })}, ${plural(bad, { one: '# a corrigir', other: '# a corrigir' })}.`,
  verdicts: { good: 'Certo', bad: 'Errado', waiting: 'Em espera' },
};

export const drillSentences: DrillSentences = {
  'drill.valid': () => 'Uma chamada como qualquer outra.',
  'drill.duplicate': () => 'A mesma chamada mais uma vez, com o mesmo webhook-id.',
  'drill.two-signatures': () => 'Duas assinaturas, das quais a segunda está certa, como na troca do segredo.',
  'drill.unknown-type': () => 'Um tipo de evento que seu servidor ainda não conhece.',
  'drill.unknown-field': () => 'Um campo que seu servidor ainda não conhece.',
  'drill.emoji': () => 'Acentos, emoji e um separador de linha no corpo.',
  'drill.large': () => 'Um corpo de cerca de 250 KB.',
  'drill.old-timestamp': () => 'Uma assinatura boa, de dez minutos atrás: alguém repete o que gravou.',
  'drill.future-timestamp': () => 'Uma assinatura boa, dez minutos adiantada.',
  'drill.wrong-signature': () => 'Uma assinatura feita sem o segredo.',
  'drill.changed-body': () => 'Um corpo alterado depois de assinado, em um espaço.',
  'drill.missing-signature': () => 'Sem webhook-signature.',
  'drill.missing-timestamp': () => 'Sem webhook-timestamp.',
  'drill.missing-id': () => 'Sem webhook-id.',

  'drill.waiting': () => 'A chamada será feita a seguir.',
  'drill.not-made': () => 'A chamada não foi feita.',
  'drill.accepted-rightly': (p) => `Seu servidor aceitou, com ${p.status}, como deve.`,
  'drill.refused-rightly': (p) => `Seu servidor recusou, com ${p.status}, como deve.`,
  'drill.accepted-wrongly': (p) => `Seu servidor aceitou, com ${p.status}, e deveria recusar.`,
  'drill.refused-wrongly': (p) => `Seu servidor recusou, com ${p.status}, e deveria aceitar.`,
  'drill.failed': (p) =>
    `Seu servidor respondeu ${p.status}. Ele deve aceitar uma chamada boa com 2xx e recusar uma errada com 4xx.`,
  'drill.unanswered': () => 'Seu servidor não respondeu.',

  'drill.advice.valid': () =>
    'Enquanto esta não for aceita, nada chega. Verifique o segredo, e confira o corpo bruto antes que algo o interprete.',
  'drill.advice.duplicate': () =>
    'Uma chamada pode vir duas vezes. Responda 2xx à que já foi tratada, pelo webhook-id, e não faça mais nada.',
  'drill.advice.two-signatures': () =>
    'Compare com cada assinatura do cabeçalho, separadas por espaços, e aceite a chamada se uma servir.',
  'drill.advice.unknown-type': () =>
    'Responda 2xx a tipos que você não trata. Senão, cada um é enviado de novo por dias.',
  'drill.advice.unknown-field': () => 'Ignore campos que você não conhece: eventos podem ganhar novos.',
  'drill.advice.emoji': () => 'Verifique os bytes como vieram, em UTF-8, e não um texto refeito.',
  'drill.advice.large': () => 'Deixe o servidor aceitar corpos de até 256 KiB.',
  'drill.advice.old-timestamp': () =>
    'Compare webhook-timestamp com o seu relógio e recuse o que difere mais de cinco minutos.',
  'drill.advice.future-timestamp': () =>
    'Compare webhook-timestamp com o seu relógio nos dois sentidos e recuse o que difere mais de cinco minutos.',
  'drill.advice.wrong-signature': () =>
    'Qualquer um pode enviar eventos a você. Verifique webhook-signature com o segredo e recuse a chamada se não servir.',
  'drill.advice.changed-body': () =>
    'Qualquer um no caminho pode alterar eventos. Verifique a assinatura sobre o corpo bruto, não sobre um interpretado.',
  'drill.advice.missing-signature': () => 'Recuse uma chamada sem assinatura antes de tudo.',
  'drill.advice.missing-timestamp': () => 'Recuse uma chamada sem hora: a hora faz parte do que é assinado.',
  'drill.advice.missing-id': () => 'Recuse uma chamada sem id: o id faz parte do que é assinado.',
};
