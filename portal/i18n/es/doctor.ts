import { plural } from './words.ts';

export const doctor = {
  title: 'Doctor de firmas',
  subtitle: 'Pegue lo que recibió su servidor y averigüe por qué rechaza la llamada.',
  headers: 'Encabezados',
  headersHint: 'Como los tiene su servidor, uno por línea. Otros encabezados no molestan.',
  body: 'Cuerpo sin procesar',
  bodyHint: 'Exactamente como llegó, antes de interpretarlo.',
  source: 'Comprobar con',
  sourceHint: 'El secreto se lee de iOmniHub; el registro de auditoría lo anota.',
  ownSecret: 'El secreto que usa mi servidor',
  secretOf: (host: string) => `El secreto guardado de ${host}`,
  secret: 'Secreto',
  secretHint: 'No sale de este navegador: todo se calcula aquí.',
  examine: 'Examinar',
  valid: 'La firma es correcta.',
  validText: 'Si aun así su servidor la rechaza, compare el cuerpo, los encabezados y el secreto con estos.',
  notValid: (count: number) =>
    plural(count, { one: 'La firma no es correcta.', other: 'La firma no es correcta, por # motivos.' }),
  finds: 'Qué encuentra',
  examples: [
    'Un cuerpo interpretado y escrito de nuevo, recortado o leído con otra codificación',
    'Un secreto antiguo, o el de otro webhook',
    'Una clave con su prefijo, o que no se decodificó de base64',
    'Encabezados que faltan, renombrados o repetidos',
    'Un reloj equivocado, o una hora en milisegundos',
    'Una firma en hexadecimal, sin su versión o solo sobre el cuerpo',
  ],
};
