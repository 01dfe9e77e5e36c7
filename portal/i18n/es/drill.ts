import type { DrillSentences } from '../sentences.ts';
import { plural } from './words.ts';

export const drill = {
  title: 'Prueba del receptor',
  text: 'Envía 14 llamadas a su servidor, correctas e incorrectas, y muestra qué hace bien y qué no debería hacer.',
  start: 'Empezar la prueba',
  again: 'Empezar de nuevo',
  promises: [
    'Cada llamada va marcada como prueba, para que su servidor lo sepa.',
    'Las llamadas con una firma o una hora incorrecta deben rechazarse.',
    'Un evento repetido, desconocido o grande debe aceptarse.',
    'Nada de esto cuenta: la prueba no desactiva el webhook ni cambia sus números.',
  ],
  progress: (done: number, total: number) => `${done} de ${total} llamadas respondidas …`,
  summary: (good: number, bad: number) =>
    bad === 0
      ? 'Su servidor lo hace todo bien.'
      : `${plural(good, { one: '# correcta', other: '# correctas' })}, ${plural(bad, { one: '# por corregir', other: '# por corregir' })}.`,
  verdicts: { good: 'Bien', bad: 'Mal', waiting: 'En espera' },
};

export const drillSentences: DrillSentences = {
  'drill.valid': () => 'Una llamada como cualquier otra.',
  'drill.duplicate': () => 'La misma llamada una vez más, con el mismo webhook-id.',
  'drill.two-signatures': () => 'Dos firmas, de las que la segunda es correcta, como al cambiar el secreto.',
  'drill.unknown-type': () => 'Un tipo de evento que su servidor aún no conoce.',
  'drill.unknown-field': () => 'Un campo que su servidor aún no conoce.',
  'drill.emoji': () => 'Acentos, emojis y un separador de línea en el cuerpo.',
  'drill.large': () => 'Un cuerpo de unos 250 KB.',
  'drill.old-timestamp': () => 'Una firma correcta, de hace diez minutos: alguien repite lo que grabó.',
  'drill.future-timestamp': () => 'Una firma correcta, diez minutos adelantada.',
  'drill.wrong-signature': () => 'Una firma hecha sin el secreto.',
  'drill.changed-body': () => 'Un cuerpo cambiado después de firmarlo, en un espacio.',
  'drill.missing-signature': () => 'Sin webhook-signature.',
  'drill.missing-timestamp': () => 'Sin webhook-timestamp.',
  'drill.missing-id': () => 'Sin webhook-id.',

  'drill.waiting': () => 'La llamada se hará en breve.',
  'drill.not-made': () => 'La llamada no se hizo.',
  'drill.accepted-rightly': (p) => `Su servidor la aceptó, con ${p.status}, como debe.`,
  'drill.refused-rightly': (p) => `Su servidor la rechazó, con ${p.status}, como debe.`,
  'drill.accepted-wrongly': (p) => `Su servidor la aceptó, con ${p.status}, y debería rechazarla.`,
  'drill.refused-wrongly': (p) => `Su servidor la rechazó, con ${p.status}, y debería aceptarla.`,
  'drill.failed': (p) =>
    `Su servidor respondió ${p.status}. Debe aceptar una llamada correcta con 2xx y rechazar una incorrecta con 4xx.`,
  'drill.unanswered': () => 'Su servidor no respondió.',

  'drill.advice.valid': () =>
    'Mientras esta no se acepte, no llega nada. Compruebe el secreto, y verifique el cuerpo sin procesar antes de que algo lo interprete.',
  'drill.advice.duplicate': () =>
    'Una llamada puede llegar dos veces. Responda 2xx a la que ya se trató, por su webhook-id, y no haga nada más.',
  'drill.advice.two-signatures': () =>
    'Compare con cada firma del encabezado, separadas por espacios, y acepte la llamada si una coincide.',
  'drill.advice.unknown-type': () =>
    'Responda 2xx a los tipos que no trata. Si no, cada uno se envía de nuevo durante días.',
  'drill.advice.unknown-field': () => 'Ignore los campos que no conoce: los eventos pueden ganar algunos.',
  'drill.advice.emoji': () => 'Verifique los bytes como llegaron, en UTF-8, y no un texto rehecho.',
  'drill.advice.large': () => 'Deje que el servidor acepte cuerpos de hasta 256 KiB.',
  'drill.advice.old-timestamp': () =>
    'Compare webhook-timestamp con su reloj y rechace lo que difiera más de cinco minutos.',
  'drill.advice.future-timestamp': () =>
    'Compare webhook-timestamp con su reloj en ambos sentidos y rechace lo que difiera más de cinco minutos.',
  'drill.advice.wrong-signature': () =>
    'Cualquiera puede enviarle eventos. Verifique webhook-signature con el secreto y rechace la llamada si no coincide.',
  'drill.advice.changed-body': () =>
    'Cualquiera en el camino puede cambiar eventos. Verifique la firma sobre el cuerpo sin procesar, no sobre uno interpretado.',
  'drill.advice.missing-signature': () => 'Rechace una llamada sin firma antes que nada.',
  'drill.advice.missing-timestamp': () =>
    'Rechace una llamada sin hora: la hora es parte de lo que se firma.',
  'drill.advice.missing-id': () => 'Rechace una llamada sin id: el id es parte de lo que se firma.',
};
