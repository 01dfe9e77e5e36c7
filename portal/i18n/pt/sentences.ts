import type { Sentences } from '../sentences.ts';
import { drillSentences } from './drill.ts';
import { plural } from './words.ts';

const attempts = (count: number) => plural(count, { one: '# tentativa', other: '# tentativas' });
const whenItCame = (seconds: number) => `Quando o evento veio, ou até ${seconds} segundos antes,`;

export const sentences: Sentences = {
  'delivery.delivered': (p) => `Seu servidor respondeu 2xx após ${attempts(p.attempts)}.`,
  'delivery.claimed': () => 'Seu servidor está sendo chamado, ou foi há instantes.',
  'delivery.waiting': (p, time) => `A próxima tentativa está prevista para ${time(p.at)}.`,
  'delivery.waiting-limited': (p, time) => `Espera por um limite até a sua vez às ${time(p.at)}:`,
  'delivery.waiting-answered': (p, time) =>
    `Seu servidor respondeu ${p.status}. Tentamos de novo às ${time(p.at)}, após ${attempts(p.attempts)}; nada se perde.`,
  'delivery.waiting-unanswered': (p, time) =>
    `Seu servidor não deu uma boa resposta. Tentamos de novo às ${time(p.at)}, após ${attempts(p.attempts)}; nada se perde.`,
  'delivery.parked': (p) => (p.attempts === 0 ? 'Guardada:' : `Guardada, após ${attempts(p.attempts)}:`),
  'delivery.exhausted': (p) => `Desistimos após ${attempts(p.attempts)}:`,
  'delivery.last-answered': (p) => `Seu servidor respondeu ${p.status} à última tentativa.`,
  'delivery.cancelled': (p) => (p.attempts === 0 ? 'Cancelada:' : `Cancelada após ${attempts(p.attempts)}:`),
  'delivery.asked-for': () => 'Enviado porque alguém pediu.',
  'delivery.ends-deleted': () => 'Será cancelada então, porque o webhook foi excluído.',
  'delivery.ends-not-enabled': () => 'Será cancelada então se o webhook não estiver ativado até lá.',
  'delivery.held-back': () => 'Na hora, será guardada em vez de enviada, se isto ainda valer:',

  'parked.failing-until': (p, time) =>
    `seu servidor falha. Uma entrega é tentada às ${time(p.at)}; esta segue sozinha assim que ele responder 2xx.`,
  'parked.throttled-until': (p, time) =>
    `seu servidor pediu menos chamadas até ${time(p.at)}. Depois, continua sozinha.`,
  'parked.paused-until': (p, time) =>
    `o webhook está pausado até ${time(p.at)}. Depois, continua sozinha, ou quando a pausa for encerrada.`,
  'parked.disabled-until': (p, time) =>
    `o iOmniHub desativou o webhook. Ative-o para receber o que foi guardado; os eventos que vierem até ${time(p.at)} também ficam guardados.`,
  'parked.draining': () =>
    'o que foi guardado está sendo enviado, do mais antigo ao mais novo. Continua sozinho.',
  'parked.failing': () =>
    'seu servidor falha, e só uma chamada é feita de vez em quando. Continua sozinho assim que ele responder 2xx.',
  'parked.throttled': () => 'seu servidor pediu menos chamadas. Continua sozinho.',
  'parked.paused': () => 'o webhook está pausado. Continua quando a pausa terminar, ou for encerrada.',
  'parked.disabled': () => 'o iOmniHub desativou o webhook. Ative-o para receber o que foi guardado.',
  'parked.rate-limit': () =>
    'veio mais do que o limite do webhook deixa passar. Continua sozinho, do mais antigo ao mais novo; um limite maior acelera.',
  'parked.account-paused': () =>
    'o iOmniHub parou por um tempo todas as chamadas da conta. Continua sozinho.',
  'parked.stage-paused': () => 'o iOmniHub parou por um tempo todas as chamadas. Continua sozinho.',

  'limit.subscription': () =>
    'este webhook não permite mais chamadas. Aumente ou remova o limite nas configurações se o seu servidor aguentar mais.',
  'limit.unproven-address': () =>
    'uma chamada por segundo até seu servidor responder 2xx, ou enquanto falhar demais. Uma resposta 2xx encerra o limite.',
  'limit.account-at-host': () =>
    'sua conta usou a sua parte das chamadas a este host. Continua sozinho; menos webhooks ou eventos nele precisam de menos chamadas.',
  'limit.account': () =>
    'sua conta usou as suas chamadas a todos os servidores. Continua sozinho; menos webhooks ou eventos precisam de menos chamadas.',
  'limit.host': () =>
    'todas as contas usaram as chamadas a este host. Continua sozinho; um host só seu não é compartilhado.',
  'limit.domain': () =>
    'todas as contas usaram as chamadas a este domínio. Continua sozinho; um domínio só seu não é compartilhado.',
  'limit.address': () =>
    'todas as contas usaram as chamadas ao endereço deste host. Continua sozinho; um endereço só seu não é compartilhado.',
  'limit.places': () =>
    'suas chamadas em andamento são tantas quanto podem ser. Seus servidores devem responder antes de fazer o trabalho.',
  'limit.operator': () => 'o iOmniHub parou todas as chamadas por um tempo. Continua sozinho.',
  'limit.other': () => 'agora não há espaço para mais chamadas. Continua sozinho.',

  'failure.answered': (p) => `seu servidor respondeu ${p.status}.`,
  'failure.status': () => 'seu servidor não respondeu 2xx. As tentativas mostram o que ele respondeu.',
  'failure.gone': () =>
    'seu servidor respondeu 410: não existe mais. O webhook foi desativado; se isso for um engano, ative-o de novo.',
  'failure.timeout': () =>
    'seu servidor não conectou ou não respondeu a tempo. Ele deve responder antes de fazer o trabalho; o tempo limite nas configurações dá mais tempo.',
  'failure.timeout-connect': () =>
    'nenhuma conexão com seu servidor ficou pronta a tempo. Verifique o host e a porta da URL, se o servidor está rodando, e o firewall.',
  'failure.timeout-handshake': () =>
    'seu servidor aceitou a conexão, mas não concluiu a negociação TLS a tempo. Verifique se a porta da URL fala TLS, e se o servidor não está sobrecarregado.',
  'failure.timeout-answer': () =>
    'seu servidor aceitou a conexão, mas não começou a responder a tempo. Ele deve responder antes de fazer o trabalho; o tempo limite nas configurações dá mais tempo.',
  'failure.timeout-reading': () =>
    'seu servidor começou a responder, mas o status não veio a tempo. Ele deve enviar status e cabeçalhos de uma vez.',
  'failure.dns': () => 'o nome na URL não tem endereço. Verifique a grafia e os registros DNS do nome.',
  'failure.connection-refused': () =>
    'nada aceita conexões no host e na porta da URL. Verifique se o servidor está rodando, e o firewall.',
  'failure.connection-lost': () =>
    'a conexão foi fechada antes de o servidor responder. O log dele, ou o de um proxy na frente, deve dizer por quê.',
  'failure.tls': () =>
    'o certificado ou a negociação TLS do seu servidor não é válida. A tentativa abaixo diz o que está errado.',
  'failure.protocol': () =>
    'o que seu servidor respondeu não é HTTP. Verifique a porta da URL e o que escuta nela.',
  'failure.invalid-url': () => 'o iOmniHub não chama esta URL. Altere-a nas configurações.',
  'failure.address-forbidden': () =>
    'o nome na URL leva a um endereço que não é público. Verifique os registros DNS, ou altere a URL.',
  'failure.aborted': () =>
    'seu servidor pediu que não houvesse outra tentativa, pelo cabeçalho webhook-delivery da resposta.',
  'failure.challenge-not-echoed': () =>
    'seu servidor não devolveu o desafio. Ele precisa responder com o desafio que está no corpo.',
  'failure.expired': () =>
    'o prazo das tentativas acabou, ou o evento não estava mais guardado. Enquanto estiver, você pode enviá-lo de novo.',

  'status.redirect': () =>
    'Redirecionamentos não são seguidos: altere a URL para o endereço que responde diretamente.',
  'status.invalid': () =>
    'Ele considera a chamada inválida: o log dele deve dizer por quê. Compare o segredo de assinatura dele com o das configurações.',
  'status.closed': () =>
    'Ele não deixa a chamada entrar: compare o segredo de assinatura dele com o das configurações, e verifique os tokens nos cabeçalhos próprios e o firewall.',
  'status.nowhere': () => 'Nada aceita pedidos POST neste caminho: verifique a URL.',
  'status.out-of-time': () =>
    'O tempo dele, ou de um proxy na frente, acabou: ele deve responder antes de fazer o trabalho.',
  'status.too-large': () =>
    'Ele não aceita um corpo deste tamanho: aumente o limite dele, ou o de um proxy na frente, para 256 KiB.',
  'status.too-many': () =>
    'Ele recebe mais chamadas do que quer: defina um máximo de chamadas nas configurações.',
  'status.down': () =>
    'Ele está fora do ar ou sobrecarregado, ou um proxy na frente não o alcança: verifique se está rodando, e limite as chamadas nas configurações se forem demais.',
  'status.refused': () => 'Ele recusa a chamada: o log dele deve dizer por quê.',
  'status.failed': () => 'Ele falhou por si mesmo: o log dele deve dizer por quê.',
  'status.other': () => 'Só 2xx conta como entregue: responda 200 assim que tiver a chamada.',

  'cancellation.subscription-disabled': () => 'o webhook foi desativado.',
  'cancellation.subscription-pending': () => 'seu servidor ainda não tinha dito que quer chamadas.',
  'cancellation.subscription-deleted': () => 'o webhook foi excluído.',
  'cancellation.account-suspended': () => 'a conta foi suspensa.',
  'cancellation.discarded': () => 'alguém decidiu não enviar o que estava guardado.',
  'cancellation.question-withdrawn': () => 'seu servidor foi perguntado de novo, ou a URL foi alterada.',

  'event.about-to-be-sent': () => 'A primeira tentativa será feita a seguir.',
  'event.late': () =>
    'A primeira tentativa está atrasada, ou algo falhou do nosso lado. Nesse caso, ela é feita assim que isso for resolvido.',
  'event.no-longer-known': () => 'O resultado não está mais guardado, ou o evento nunca foi enviado.',
  'event.not-subscribed': (p) => `${whenItCame(p.seconds)} o webhook não recebia eventos do tipo ${p.type}.`,
  'event.disabled': (p) => `${whenItCame(p.seconds)} o webhook estava desativado.`,
  'event.pending': (p) => `${whenItCame(p.seconds)} seu servidor ainda não tinha dito que quer chamadas.`,
  'event.account-suspended': (p) => `${whenItCame(p.seconds)} a conta estava suspensa.`,
  'event.created-later': (p, time) =>
    `O webhook foi criado às ${time(p.at)}: depois que o evento veio, ou tão pouco antes que ainda não valia.`,

  'health.working': (p, time) => `Seu servidor responde 2xx, pela primeira vez às ${time(p.at)}.`,
  'health.unproven': () =>
    'Seu servidor ainda não respondeu 2xx, ou falhou vezes demais desde então: recebe no máximo uma chamada por segundo. Envie um evento de teste para ver o que ele responde.',
  'health.address-forbidden': (p, time) =>
    `Nada é entregue: desde ${time(p.at)}, o nome na URL leva a um endereço que não é público. Verifique os registros DNS, ou altere a URL; depois de um dia, o webhook é desativado.`,
  'health.failing': (p, time) =>
    `Seu servidor falha desde ${time(p.since)}. As entregas ficam guardadas, e uma delas é tentada às ${time(p.at)}. A última chamada:`,
  'health.probing': (p, time) =>
    `Seu servidor falha desde ${time(p.since)}. As entregas ficam guardadas, e uma delas está sendo tentada. A última chamada:`,
  'health.half-open': (p, time) =>
    `Seu servidor falha desde ${time(p.since)}. Nada espera por ele; o próximo evento é tentado na hora. A última chamada:`,
  'health.throttled': (p, time) =>
    `Seu servidor pediu menos chamadas. As entregas ficam guardadas até ${time(p.at)} e depois são enviadas aos poucos.`,
  'health.paused': (p, time) =>
    `Pausado até ${time(p.at)}: as entregas ficam guardadas e depois são enviadas aos poucos. Retome-o para recebê-las agora.`,
  'health.stopped': () =>
    'O iOmniHub parou todas as chamadas por um tempo. As entregas são guardadas e enviadas depois.',
  'health.draining': () => 'O que foi guardado está sendo enviado, do mais antigo ao mais novo.',
  'health.discarding': (p, time) => `O que foi guardado até ${time(p.at)} está sendo cancelado.`,
  'health.kept': (p, time) =>
    `Os eventos que vierem até ${time(p.at)} ficam guardados e são enviados quando o webhook for ativado.`,
  'health.disabled-failing': () =>
    'O iOmniHub o desativou: nenhuma chamada deu certo por dias. Conserte o servidor e depois ative-o.',
  'health.disabled': () => 'Ele não recebe eventos. Ative-o para receber os que vierem a partir de então.',
  'health.disabled-gone': () =>
    'O iOmniHub o desativou: seu servidor respondeu 410, o que significa que não existe mais. Se isso for um engano, ative-o de novo.',
  'health.disabled-invalid-url': () =>
    'O iOmniHub o desativou: a URL não pode ser usada. Altere a URL e depois ative-o.',
  'health.disabled-address-forbidden': () =>
    'O iOmniHub o desativou: por um dia, o nome na URL levou a um endereço que não é público. Verifique os registros DNS ou altere a URL, e depois ative-o.',
  'health.disabled-asked-by-receiver': () =>
    'O iOmniHub o desativou: seu servidor pediu isso pelo cabeçalho webhook-delivery: disable da resposta. Se isso for um engano, ative-o de novo.',
  'health.asked': () =>
    'Estamos perguntando ao seu servidor se ele quer chamadas. Olhe de novo em instantes.',
  'health.consent-missing': () =>
    'O iOmniHub precisa do consentimento do seu servidor e ainda não o tem: pergunte de novo nas configurações.',
  'health.consent-failed': () => 'Seu servidor não deu o consentimento:',

  'notice.failing': (p, time) =>
    `Seu servidor falha desde ${time(p.since)}. As entregas ficam guardadas e são enviadas quando ele responder 2xx de novo. A última chamada:`,
  'notice.disabling': (p, time) =>
    `Nenhuma chamada deu certo desde ${time(p.since)}. O webhook é desativado às ${time(p.at)} se nenhuma der certo até lá. A última chamada:`,
  'notice.recovered': (p, time) =>
    `Seu servidor responde de novo; falhava desde ${time(p.since)}. O que foi guardado é enviado, do mais antigo ao mais novo.`,
  'notice.disabled-by-owner': () => 'O webhook foi desativado: não recebe eventos até ser ativado.',
  'notice.paused': (p, time) =>
    `As entregas ficam guardadas até ${time(p.at)}, ou até que o webhook seja retomado, e depois são enviadas aos poucos.`,
  'notice.resumed': () => 'A pausa terminou. O que foi guardado é enviado, do mais antigo ao mais novo.',
  'notice.secret-rotated': (p, time) =>
    `O webhook tem um novo segredo de assinatura. O antigo também assina até ${time(p.at)}: até lá, seu servidor deve usar o novo.`,
  'notice.changed': (p) => `Configurações do webhook foram alteradas: ${p.fields}.`,
  'notice.moved': (p) => `As chamadas agora vão para ${p.to}, em vez de ${p.from}.`,
  'notice.exhausted': (p, time) =>
    `${plural(p.count, { one: 'Desistimos de # entrega', other: 'Desistimos de # entregas' })} desde ${time(p.since)}. A lista de entregas mostra por quê; reenvie-as quando o servidor funcionar.`,

  ...drillSentences,
};
