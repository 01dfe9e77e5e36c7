import { plural } from './words.ts';

export const doctor = {
  title: 'Doutor de assinaturas',
  subtitle: 'Cole o que seu servidor recebeu e descubra por que ele recusa a chamada.',
  headers: 'Cabeçalhos',
  headersHint: 'Como seu servidor os tem, um por linha. Outros cabeçalhos não atrapalham.',
  body: 'Corpo bruto',
  bodyHint: 'Exatamente como veio, antes de ser interpretado.',
  source: 'Verificar com',
  sourceHint: 'O segredo é lido do iOmniHub; o registro de auditoria anota.',
  ownSecret: 'O segredo que meu servidor usa',
  secretOf: (host: string) => `O segredo guardado de ${host}`,
  secret: 'Segredo',
  secretHint: 'Ele não sai deste navegador: tudo é calculado aqui.',
  examine: 'Examinar',
  valid: 'A assinatura está certa.',
  validText:
    'Se mesmo assim seu servidor recusa, compare o corpo bruto, os cabeçalhos e o segredo com estes.',
  notValid: (count: number) =>
    plural(count, {
      one: 'A assinatura não está certa.',
      other: 'A assinatura não está certa, por # motivos.',
    }),
  finds: 'O que ele descobre',
  examples: [
    'Um corpo interpretado e escrito de novo, aparado ou lido com outra codificação',
    'Um segredo antigo, ou o de outro webhook',
    'Uma chave com o prefixo, ou que não foi decodificada de base64',
    'Cabeçalhos ausentes, renomeados ou repetidos',
    'Um relógio errado, ou um horário em milissegundos',
    'Uma assinatura em hexadecimal, sem a versão ou só sobre o corpo',
  ],
};
