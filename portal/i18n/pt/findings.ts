import type { FindingTexts } from '../../doctor/finding-texts.ts';

/** What the signature doctor finds. */
export const findingTexts: FindingTexts = {
  'header-missing': {
    problem: 'Falta o cabeçalho {name}.',
    advice:
      'Toda chamada o traz. Verifique se um proxy ou framework o remove, e registre os cabeçalhos antes que algo os leia.',
  },
  'header-renamed': {
    problem: 'O cabeçalho {name} está com o nome {given}.',
    advice: 'Seu servidor ou framework renomeia cabeçalhos. Leia-o pelo nome que tem ali.',
  },
  'header-repeated': {
    problem: 'O cabeçalho {name} está lá {count} vezes, com valores diferentes.',
    advice: 'Uma chamada o traz uma vez. Verifique qual proxy acrescenta outro.',
  },
  'timestamp-in-milliseconds': {
    problem: 'webhook-timestamp está em milissegundos.',
    advice: 'O cabeçalho tem segundos inteiros desde 1970. Assine e compare o texto do cabeçalho como veio.',
  },
  'timestamp-not-a-number': {
    problem: 'webhook-timestamp não é um número inteiro de segundos: {given}.',
    advice: 'Use o texto do cabeçalho como veio, e não o transforme em data antes de verificar.',
  },
  'timestamp-old': {
    problem: 'A chamada tem {seconds} segundos. Receptores recusam o que passa de {tolerance}.',
    advice:
      'Se você olha uma chamada antiga, isso não é erro. Se ela acabou de chegar, acerte o relógio do servidor e verifique antes de pôr chamadas numa fila.',
  },
  'timestamp-ahead': {
    problem: 'O horário está {seconds} segundos à frente deste relógio.',
    advice: 'O relógio do seu servidor está atrasado. Deixe que ele se acerte por NTP.',
  },
  'secret-missing': {
    problem: 'Não há segredo.',
    advice: 'Cole o segredo que seu receptor usa. Ele começa com whsec_.',
  },
  'secret-is-an-api-key': {
    problem: 'Isto é uma chave de API, não um segredo de assinatura.',
    advice: 'O segredo de um webhook começa com whsec_. Cada webhook tem o seu.',
  },
  'secret-not-base64': {
    problem: 'O que vem depois de whsec_ no segredo não é base64.',
    advice: 'Copie o segredo de novo, inteiro.',
  },
  'secret-with-blanks': {
    problem: 'Há espaços, fins de linha ou aspas em volta do segredo.',
    advice: 'Remova-os onde seu receptor guarda o segredo, como num arquivo .env.',
  },
  'secret-prefix-doubled': {
    problem: 'O segredo começa com whsec_ duas vezes.',
    advice: 'Seu código acrescenta o prefixo a um segredo que já o tem.',
  },
  'secret-of-before': {
    problem: 'Este segredo foi trocado: a chamada está assinada com o atual.',
    advice: 'Ponha o segredo atual no seu receptor.',
  },
  'secret-wrong': {
    problem: 'Este não é o segredo que assina a chamada.',
    advice: 'Ponha o segredo atual deste webhook no seu receptor.',
  },
  'secret-of-another-webhook': {
    problem: 'A chamada está assinada com o segredo de outro webhook, {subscriptionId}.',
    advice:
      'Cada webhook tem o seu segredo. Escolha-o pelo cabeçalho iomnihub-subscription-id, ou dê a cada webhook a sua URL.',
  },
  'subscription-differs': {
    problem: 'A chamada é para o webhook {subscriptionId}. O segredo é de outro.',
    advice: 'Cada webhook tem o seu segredo. Use o de {subscriptionId}.',
  },
  'key-with-prefix': {
    problem: 'A chave é o texto do segredo, com whsec_.',
    advice: 'Remova whsec_ e decodifique o resto de base64. Esses bytes são a chave.',
  },
  'key-not-decoded': {
    problem: 'A chave é o texto depois de whsec_, sem decodificar.',
    advice: 'Decodifique o que vem depois de whsec_ de base64. Esses bytes são a chave.',
  },
  'key-prefix-decoded': {
    problem: 'A chave é o segredo inteiro decodificado de base64, com whsec_.',
    advice: 'Remova whsec_ antes de decodificar.',
  },
  'content-body-only': {
    problem: 'Só o corpo está assinado.',
    advice: 'Assine webhook-id, webhook-timestamp e o corpo, com um ponto entre eles.',
  },
  'content-without-id': {
    problem: 'O texto assinado tem o horário e o corpo, mas não o webhook-id.',
    advice: 'Assine webhook-id, webhook-timestamp e o corpo, com um ponto entre eles.',
  },
  'content-without-full-stops': {
    problem: 'Faltam no texto assinado os pontos entre as partes.',
    advice: 'Assine webhook-id, webhook-timestamp e o corpo, com um ponto entre eles.',
  },
  'content-in-another-order': {
    problem: 'O horário está antes do webhook-id no texto assinado.',
    advice: 'A ordem é webhook-id, webhook-timestamp, corpo.',
  },
  'body-serialized-again': {
    problem:
      'O corpo foi interpretado e escrito de novo como JSON. Seus bytes não são mais os que foram assinados.',
    advice:
      'Verifique o corpo bruto antes de interpretá-lo: express.raw() no Express, request.get_data() no Flask, file_get_contents("php://input") no PHP.',
  },
  'body-keys-in-another-order': {
    problem: 'O corpo foi interpretado e escrito de novo, com os campos em outra ordem.',
    advice: 'Verifique o corpo bruto antes de interpretá-lo.',
  },
  'body-trimmed': {
    problem: 'Espaços ou fins de linha em volta do corpo foram acrescentados ou removidos.',
    advice: 'Use os bytes do corpo como vieram. Não os apare.',
  },
  'body-with-bom': {
    problem: 'O corpo começa com uma marca de ordem de bytes que não foi enviada.',
    advice: 'Leia o corpo como bytes, ou como UTF-8 sem marca de ordem de bytes.',
  },
  'body-line-ends': {
    problem: 'Os fins de linha do corpo foram trocados, de LF para CRLF ou o contrário.',
    advice: 'Leia o corpo como bytes, não como linhas de texto.',
  },
  'body-wrong-charset': {
    problem: 'O corpo foi lido em outra codificação que não UTF-8.',
    advice: 'Verifique os bytes do corpo, ou leia-os como UTF-8, não como ISO 8859-1 ou Windows-1252.',
  },
  'body-characters-lost': {
    problem: 'O corpo tem caracteres de substituição (U+FFFD): alguns dos seus caracteres se perderam.',
    advice: 'Junte primeiro todos os bytes do corpo, e depois leia-os como UTF-8, não pedaço por pedaço.',
  },
  'body-base64': {
    problem: 'O corpo está em base64.',
    advice:
      'Decodifique-o antes de verificar. API Gateway e URLs de função Lambda fazem isso quando isBase64Encoded é true.',
  },
  'body-quoted': {
    problem: 'O corpo é JSON dentro de um texto JSON.',
    advice: 'Seu código escreve o texto do corpo como JSON mais uma vez. Verifique o próprio texto.',
  },
  'body-empty': {
    problem: 'O corpo está vazio.',
    advice: 'Algo o leu antes do seu código, como um body parser. Verifique antes disso.',
  },
  'body-not-json': {
    problem: 'O corpo não é JSON, como toda chamada é.',
    advice:
      'Cole o corpo bruto como veio. Verifique o que o transforma em outra coisa, como um leitor de formulários.',
  },
  'id-of-another-callback': {
    problem: 'O corpo é do evento {bodyId}, e webhook-id diz {headerId}.',
    advice: 'Pegue cabeçalhos e corpo do mesmo pedido. Não os guarde em variáveis que pedidos compartilham.',
  },
  'signature-without-version': {
    problem: 'Falta a versão na assinatura.',
    advice: 'Ela se lê v1, e depois base64. Divida o cabeçalho nos espaços, e cada parte na vírgula.',
  },
  'signature-in-hex': {
    problem: 'A assinatura está em hexadecimal.',
    advice: 'Escreva o HMAC em base64.',
  },
  'signature-in-base64url': {
    problem: 'A assinatura está no alfabeto de base64url, ou sem o preenchimento.',
    advice: 'Escreva o HMAC em base64 padrão, com + e / e com = no fim.',
  },
  'signature-in-lower-case': {
    problem: 'A assinatura foi passada para minúsculas.',
    advice: 'Nomes de cabeçalhos podem estar em qualquer caixa, mas os valores não podem mudar.',
  },
  'signature-cut-off': {
    problem: 'A assinatura está cortada.',
    advice: 'Guarde o cabeçalho inteiro: 44 caracteres depois de v1, para cada assinatura.',
  },
  'signatures-not-split': {
    problem: 'As assinaturas não foram separadas nos espaços.',
    advice: 'Durante uma troca, o cabeçalho tem várias, separadas por espaços. Compare com cada uma.',
  },
  'signature-unreadable': {
    problem: 'webhook-signature não contém assinatura: {given}.',
    advice: 'Ela se lê v1, e depois base64.',
  },
  unexplained: {
    problem: 'A assinatura não confere, e nenhum dos erros comuns explica por quê.',
    advice:
      'O mais provável é que o segredo seja de outro webhook ou de antes de uma troca, ou que o corpo tenha mudado. Registre o corpo bruto em base64 e compare byte a byte.',
  },
};
