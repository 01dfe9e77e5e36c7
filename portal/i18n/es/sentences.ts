import type { Sentences } from '../sentences.ts';
import { drillSentences } from './drill.ts';
import { plural } from './words.ts';

const attempts = (count: number) => plural(count, { one: '# intento', other: '# intentos' });
const whenItCame = (seconds: number) => `Cuando llegó el evento, o hasta ${seconds} segundos antes,`;

export const sentences: Sentences = {
  'delivery.delivered': (p) => `Su servidor respondió 2xx tras ${attempts(p.attempts)}.`,
  'delivery.claimed': () => 'Se está llamando a su servidor, o se le llamó hace un momento.',
  'delivery.waiting': (p, time) => `El próximo intento está previsto para ${time(p.at)}.`,
  'delivery.waiting-limited': (p, time) => `Espera por un límite hasta su turno a las ${time(p.at)}:`,
  'delivery.waiting-answered': (p, time) =>
    `Su servidor respondió ${p.status}. Lo intentamos de nuevo a las ${time(p.at)}, tras ${attempts(p.attempts)}; no se pierde nada.`,
  'delivery.waiting-unanswered': (p, time) =>
    `No llegó una buena respuesta de su servidor. Lo intentamos de nuevo a las ${time(p.at)}, tras ${attempts(p.attempts)}; no se pierde nada.`,
  'delivery.parked': (p) => (p.attempts === 0 ? 'Guardada:' : `Guardada, tras ${attempts(p.attempts)}:`),
  'delivery.exhausted': (p) => `Se abandonó tras ${attempts(p.attempts)}:`,
  'delivery.last-answered': (p) => `Su servidor respondió ${p.status} al último intento.`,
  'delivery.cancelled': (p) => (p.attempts === 0 ? 'Cancelada:' : `Cancelada tras ${attempts(p.attempts)}:`),
  'delivery.asked-for': () => 'Se envió porque alguien lo pidió.',
  'delivery.ends-deleted': () => 'Se cancelará entonces, porque el webhook se eliminó.',
  'delivery.ends-not-enabled': () => 'Se cancelará entonces si el webhook no está activado para esa hora.',
  'delivery.held-back': () => 'Entonces se guarda en lugar de enviarse, si esto sigue así:',

  'parked.failing-until': (p, time) =>
    `su servidor falla. Una entrega se intenta a las ${time(p.at)}; esta sigue por sí sola en cuanto responda 2xx.`,
  'parked.throttled-until': (p, time) =>
    `su servidor pidió menos llamadas hasta ${time(p.at)}. Después sigue por sí sola.`,
  'parked.paused-until': (p, time) =>
    `el webhook está en pausa hasta ${time(p.at)}. Después sigue por sí sola, o cuando se termine la pausa.`,
  'parked.disabled-until': (p, time) =>
    `iOmniHub desactivó el webhook. Actívelo para recibir lo guardado; los eventos que lleguen hasta ${time(p.at)} también se guardan.`,
  'parked.draining': () =>
    'se está enviando lo guardado, de lo más antiguo a lo más nuevo. Sigue por sí solo.',
  'parked.failing': () =>
    'su servidor falla, así que solo se hace una llamada de vez en cuando. Sigue por sí solo en cuanto responda 2xx.',
  'parked.throttled': () => 'su servidor pidió menos llamadas. Sigue por sí solo.',
  'parked.paused': () => 'el webhook está en pausa. Sigue cuando la pausa acabe, o se termine.',
  'parked.disabled': () => 'iOmniHub desactivó el webhook. Actívelo para recibir lo que se guardó.',
  'parked.rate-limit': () =>
    'llegó más de lo que deja pasar el límite del webhook. Sigue por sí solo, de lo más antiguo a lo más nuevo; un límite mayor lo acelera.',
  'parked.account-paused': () =>
    'iOmniHub ha detenido por un tiempo todas las llamadas de la cuenta. Sigue por sí solo.',
  'parked.stage-paused': () => 'iOmniHub ha detenido por un tiempo todas las llamadas. Sigue por sí solo.',

  'limit.subscription': () =>
    'este webhook no permite más llamadas. Suba o quite su límite en los ajustes si su servidor admite más.',
  'limit.unproven-address': () =>
    'una llamada por segundo hasta que su servidor responda 2xx, o mientras falle demasiado. Una respuesta 2xx lo levanta.',
  'limit.account-at-host': () =>
    'su cuenta usó su parte de las llamadas a este host. Sigue por sí solo; con menos webhooks o eventos allí hacen falta menos llamadas.',
  'limit.account': () =>
    'su cuenta usó sus llamadas a todos los servidores. Sigue por sí solo; con menos webhooks o eventos hacen falta menos llamadas.',
  'limit.host': () =>
    'entre todas las cuentas se usaron las llamadas a este host. Sigue por sí solo; un host propio no se comparte.',
  'limit.domain': () =>
    'entre todas las cuentas se usaron las llamadas a este dominio. Sigue por sí solo; un dominio propio no se comparte.',
  'limit.address': () =>
    'entre todas las cuentas se usaron las llamadas a la dirección de este host. Sigue por sí solo; una dirección propia no se comparte.',
  'limit.places': () =>
    'hay tantas llamadas suyas en curso como puede haber. Sus servidores deben responder antes de hacer el trabajo.',
  'limit.operator': () => 'iOmniHub ha detenido todas las llamadas por un tiempo. Sigue por sí solo.',
  'limit.other': () => 'ahora no hay sitio para más llamadas. Sigue por sí solo.',

  'failure.answered': (p) => `su servidor respondió ${p.status}.`,
  'failure.status': () => 'su servidor no respondió 2xx. Los intentos muestran qué respondió.',
  'failure.gone': () =>
    'su servidor respondió 410: ya no existe. El webhook se desactivó; si es un error, actívelo de nuevo.',
  'failure.timeout': () =>
    'su servidor no conectó o no respondió a tiempo. Debe responder antes de hacer el trabajo; el tiempo límite de los ajustes le da más tiempo.',
  'failure.timeout-connect': () =>
    'ninguna conexión con su servidor estuvo lista a tiempo. Compruebe el host y el puerto de la URL, que su servidor funciona, y su cortafuegos.',
  'failure.timeout-handshake': () =>
    'su servidor aceptó la conexión, pero no terminó la negociación TLS a tiempo. Compruebe que el puerto de la URL habla TLS, y que su servidor no está sobrecargado.',
  'failure.timeout-answer': () =>
    'su servidor aceptó la conexión, pero no empezó a responder a tiempo. Debe responder antes de hacer el trabajo; el tiempo límite de los ajustes le da más tiempo.',
  'failure.timeout-reading': () =>
    'su servidor empezó a responder, pero el estado no llegó a tiempo. Debe enviar el estado y los encabezados de una vez.',
  'failure.dns': () =>
    'el nombre de la URL no tiene dirección. Compruebe cómo está escrito y sus registros DNS.',
  'failure.connection-refused': () =>
    'nada acepta conexiones en el host y el puerto de la URL. Compruebe que su servidor funciona, y su cortafuegos.',
  'failure.connection-lost': () =>
    'la conexión se cerró antes de que su servidor respondiera. Su propio registro, o el de un proxy delante, debería decir por qué.',
  'failure.tls': () =>
    'el certificado o la negociación TLS de su servidor no es válida. El intento de abajo dice qué está mal.',
  'failure.protocol': () =>
    'lo que respondió su servidor no es HTTP. Compruebe el puerto de la URL y qué escucha en él.',
  'failure.invalid-url': () => 'iOmniHub no llama a esta URL. Cámbiela en los ajustes.',
  'failure.address-forbidden': () =>
    'el nombre de la URL lleva a una dirección que no es pública. Compruebe sus registros DNS, o cambie la URL.',
  'failure.aborted': () =>
    'su servidor pidió que no hubiera otro intento, con el encabezado webhook-delivery de su respuesta.',
  'failure.challenge-not-echoed': () =>
    'su servidor no devolvió el desafío. Tiene que responder con el desafío que está en el cuerpo.',
  'failure.expired': () =>
    'se acabó el plazo de sus intentos, o el evento ya no estaba guardado. Mientras lo esté, puede enviarlo de nuevo.',

  'status.redirect': () =>
    'Las redirecciones no se siguen: cambie la URL a la dirección que responde por sí misma.',
  'status.invalid': () =>
    'Toma la llamada por no válida: su propio registro debería decir por qué. Compare su secreto de firma con el de los ajustes.',
  'status.closed': () =>
    'No deja entrar la llamada: compare su secreto de firma con el de los ajustes, y compruebe los tokens de los encabezados propios y su cortafuegos.',
  'status.nowhere': () => 'Nada acepta solicitudes POST en esta ruta: compruebe la URL.',
  'status.out-of-time': () =>
    'A él, o a un proxy delante, se le acabó el tiempo: debe responder antes de hacer el trabajo.',
  'status.too-large': () =>
    'No acepta un cuerpo de este tamaño: suba su límite, o el de un proxy delante, a 256 KiB.',
  'status.too-many': () =>
    'Recibe más llamadas de las que quiere: fije un máximo de llamadas en los ajustes.',
  'status.down': () =>
    'Está caído o sobrecargado, o un proxy delante no lo alcanza: compruebe que funciona, y limite las llamadas en los ajustes si recibe demasiadas.',
  'status.refused': () => 'Rechaza la llamada: su propio registro debería decir por qué.',
  'status.failed': () => 'Falló por sí mismo: su propio registro debería decir por qué.',
  'status.other': () => 'Solo 2xx cuenta como entregado: responda 200 en cuanto tenga la llamada.',

  'cancellation.subscription-disabled': () => 'el webhook se desactivó.',
  'cancellation.subscription-pending': () => 'su servidor aún no había dicho que quiere llamadas.',
  'cancellation.subscription-deleted': () => 'el webhook se eliminó.',
  'cancellation.account-suspended': () => 'la cuenta se suspendió.',
  'cancellation.discarded': () => 'alguien decidió no enviar lo que estaba guardado.',
  'cancellation.question-withdrawn': () => 'se preguntó de nuevo a su servidor, o se cambió la URL.',

  'event.about-to-be-sent': () => 'El primer intento se hará en breve.',
  'event.late': () =>
    'El primer intento se retrasa, o algo falló de nuestro lado. En ese caso se hace en cuanto se arregle.',
  'event.no-longer-known': () => 'El resultado ya no está guardado, o el evento nunca se envió.',
  'event.not-subscribed': (p) => `${whenItCame(p.seconds)} el webhook no recibía eventos del tipo ${p.type}.`,
  'event.disabled': (p) => `${whenItCame(p.seconds)} el webhook estaba desactivado.`,
  'event.pending': (p) => `${whenItCame(p.seconds)} su servidor aún no había dicho que quiere llamadas.`,
  'event.account-suspended': (p) => `${whenItCame(p.seconds)} la cuenta estaba suspendida.`,
  'event.created-later': (p, time) =>
    `El webhook se creó a las ${time(p.at)}: después de que llegara el evento, o tan poco antes que aún no contaba.`,

  'health.working': (p, time) => `Su servidor responde 2xx, por primera vez a las ${time(p.at)}.`,
  'health.unproven': () =>
    'Su servidor aún no ha respondido 2xx, o ha fallado demasiadas veces desde entonces: recibe como máximo una llamada por segundo. Envíe un evento de prueba para ver qué responde.',
  'health.address-forbidden': (p, time) =>
    `No se entrega nada: desde ${time(p.at)}, el nombre de la URL lleva a una dirección que no es pública. Compruebe sus registros DNS, o cambie la URL; al cabo de un día, el webhook se desactiva.`,
  'health.failing': (p, time) =>
    `Su servidor falla desde ${time(p.since)}. Las entregas se guardan, y una de ellas se intenta a las ${time(p.at)}. La última llamada:`,
  'health.probing': (p, time) =>
    `Su servidor falla desde ${time(p.since)}. Las entregas se guardan, y una de ellas se está intentando. La última llamada:`,
  'health.half-open': (p, time) =>
    `Su servidor falla desde ${time(p.since)}. Nada lo espera; el próximo evento se intenta enseguida. La última llamada:`,
  'health.throttled': (p, time) =>
    `Su servidor pidió menos llamadas. Las entregas se guardan hasta ${time(p.at)} y luego se envían poco a poco.`,
  'health.paused': (p, time) =>
    `En pausa hasta ${time(p.at)}: las entregas se guardan y luego se envían poco a poco. Reanúdelo para recibirlas ahora.`,
  'health.stopped': () =>
    'iOmniHub ha detenido todas las llamadas por un tiempo. Las entregas se guardan y se envían después.',
  'health.draining': () => 'Se está enviando lo guardado, de lo más antiguo a lo más nuevo.',
  'health.discarding': (p, time) => `Lo guardado hasta ${time(p.at)} se está cancelando.`,
  'health.kept': (p, time) =>
    `Los eventos que lleguen hasta ${time(p.at)} se guardan y se envían cuando se active el webhook.`,
  'health.disabled-failing': () =>
    'iOmniHub lo desactivó: ninguna llamada ha funcionado durante días. Repare el servidor y luego actívelo.',
  'health.disabled': () => 'No recibe eventos. Actívelo para recibir los que lleguen desde entonces.',
  'health.disabled-gone': () =>
    'iOmniHub lo desactivó: su servidor respondió 410, lo que significa que ya no existe. Si es un error, actívelo de nuevo.',
  'health.disabled-invalid-url': () =>
    'iOmniHub lo desactivó: su URL no se puede usar. Cambie la URL y luego actívelo.',
  'health.disabled-address-forbidden': () =>
    'iOmniHub lo desactivó: durante un día, el nombre de la URL llevó a una dirección que no es pública. Compruebe sus registros DNS o cambie la URL, y luego actívelo.',
  'health.disabled-asked-by-receiver': () =>
    'iOmniHub lo desactivó: su servidor lo pidió con el encabezado webhook-delivery: disable de su respuesta. Si es un error, actívelo de nuevo.',
  'health.asked': () => 'Se pregunta a su servidor si quiere llamadas. Mire de nuevo en un momento.',
  'health.consent-missing': () =>
    'iOmniHub necesita el consentimiento de su servidor y aún no lo tiene: pregúntele de nuevo en los ajustes.',
  'health.consent-failed': () => 'Su servidor no dio su consentimiento:',

  'notice.failing': (p, time) =>
    `Su servidor falla desde ${time(p.since)}. Las entregas se guardan y se envían cuando vuelva a responder 2xx. La última llamada:`,
  'notice.disabling': (p, time) =>
    `Ninguna llamada ha funcionado desde ${time(p.since)}. El webhook se desactiva a las ${time(p.at)} si ninguna funciona hasta entonces. La última llamada:`,
  'notice.recovered': (p, time) =>
    `Su servidor vuelve a responder; fallaba desde ${time(p.since)}. Se envía lo guardado, de lo más antiguo a lo más nuevo.`,
  'notice.disabled-by-owner': () => 'El webhook se desactivó: no recibe eventos hasta que se active.',
  'notice.paused': (p, time) =>
    `Las entregas se guardan hasta ${time(p.at)}, o hasta que se reanude el webhook, y luego se envían poco a poco.`,
  'notice.resumed': () => 'La pausa ha terminado. Se envía lo guardado, de lo más antiguo a lo más nuevo.',
  'notice.secret-rotated': (p, time) =>
    `El webhook tiene un nuevo secreto de firma. El antiguo también firma hasta ${time(p.at)}: hasta entonces, su servidor debe pasar al nuevo.`,
  'notice.changed': (p) => `Se cambiaron ajustes del webhook: ${p.fields}.`,
  'notice.moved': (p) => `Las llamadas van ahora a ${p.to}, en lugar de ${p.from}.`,
  'notice.exhausted': (p, time) =>
    `${plural(p.count, { one: 'Se abandonó # entrega', other: 'Se abandonaron # entregas' })} desde ${time(p.since)}. La lista de entregas muestra por qué; reenvíelas cuando el servidor funcione.`,

  ...drillSentences,
};
