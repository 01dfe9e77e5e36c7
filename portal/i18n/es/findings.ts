import type { FindingTexts } from '../../doctor/finding-texts.ts';

/** What the signature doctor finds. */
export const findingTexts: FindingTexts = {
  'header-missing': {
    problem: 'Falta el encabezado {name}.',
    advice:
      'Toda llamada lo lleva. Compruebe si un proxy o un framework lo quita, y registre los encabezados antes de que algo los lea.',
  },
  'header-renamed': {
    problem: 'El encabezado {name} está con el nombre {given}.',
    advice: 'Su servidor o framework cambia los nombres. Léalo por el nombre que tiene allí.',
  },
  'header-repeated': {
    problem: 'El encabezado {name} está {count} veces, con valores distintos.',
    advice: 'Una llamada lo lleva una vez. Compruebe qué proxy añade otro.',
  },
  'timestamp-in-milliseconds': {
    problem: 'webhook-timestamp está en milisegundos.',
    advice:
      'El encabezado tiene segundos enteros desde 1970. Firme y compare el texto del encabezado tal como llegó.',
  },
  'timestamp-not-a-number': {
    problem: 'webhook-timestamp no es un número entero de segundos: {given}.',
    advice: 'Use el texto del encabezado tal como llegó, y no lo convierta en fecha antes de verificar.',
  },
  'timestamp-old': {
    problem: 'La llamada tiene {seconds} segundos. Los receptores rechazan lo que pasa de {tolerance}.',
    advice:
      'Si mira una llamada antigua, no es un error. Si acaba de llegar, ponga en hora su servidor y verifique antes de poner llamadas en una cola.',
  },
  'timestamp-ahead': {
    problem: 'La hora está {seconds} segundos por delante de este reloj.',
    advice: 'El reloj de su servidor va atrasado. Deje que se ajuste por NTP.',
  },
  'secret-missing': {
    problem: 'No hay secreto.',
    advice: 'Pegue el secreto que usa su receptor. Empieza por whsec_.',
  },
  'secret-is-an-api-key': {
    problem: 'Esto es una clave de API, no un secreto de firma.',
    advice: 'El secreto de un webhook empieza por whsec_. Cada webhook tiene el suyo.',
  },
  'secret-not-base64': {
    problem: 'Lo que sigue a whsec_ en el secreto no es base64.',
    advice: 'Copie el secreto de nuevo, entero.',
  },
  'secret-with-blanks': {
    problem: 'Hay espacios, fines de línea o comillas alrededor del secreto.',
    advice: 'Quítelos donde su receptor guarda el secreto, por ejemplo en un archivo .env.',
  },
  'secret-prefix-doubled': {
    problem: 'El secreto empieza por whsec_ dos veces.',
    advice: 'Su código añade el prefijo a un secreto que ya lo tiene.',
  },
  'secret-of-before': {
    problem: 'Este secreto se cambió: la llamada está firmada con el actual.',
    advice: 'Ponga el secreto actual en su receptor.',
  },
  'secret-wrong': {
    problem: 'Este no es el secreto que firma la llamada.',
    advice: 'Ponga el secreto actual de este webhook en su receptor.',
  },
  'secret-of-another-webhook': {
    problem: 'La llamada está firmada con el secreto de otro webhook, {subscriptionId}.',
    advice:
      'Cada webhook tiene su secreto. Elíjalo por el encabezado iomnihub-subscription-id, o dé a cada webhook su propia URL.',
  },
  'subscription-differs': {
    problem: 'La llamada es para el webhook {subscriptionId}. El secreto es de otro.',
    advice: 'Cada webhook tiene su secreto. Use el de {subscriptionId}.',
  },
  'key-with-prefix': {
    problem: 'La clave es el texto del secreto, con whsec_.',
    advice: 'Quite whsec_ y decodifique el resto de base64. Esos bytes son la clave.',
  },
  'key-not-decoded': {
    problem: 'La clave es el texto después de whsec_, sin decodificar.',
    advice: 'Decodifique de base64 lo que sigue a whsec_. Esos bytes son la clave.',
  },
  'key-prefix-decoded': {
    problem: 'La clave es el secreto entero decodificado de base64, con whsec_.',
    advice: 'Quite whsec_ antes de decodificar.',
  },
  'content-body-only': {
    problem: 'Solo está firmado el cuerpo.',
    advice: 'Firme webhook-id, webhook-timestamp y el cuerpo, con un punto entre ellos.',
  },
  'content-without-id': {
    problem: 'El texto firmado tiene la hora y el cuerpo, pero no el webhook-id.',
    advice: 'Firme webhook-id, webhook-timestamp y el cuerpo, con un punto entre ellos.',
  },
  'content-without-full-stops': {
    problem: 'Al texto firmado le faltan los puntos entre sus partes.',
    advice: 'Firme webhook-id, webhook-timestamp y el cuerpo, con un punto entre ellos.',
  },
  'content-in-another-order': {
    problem: 'La hora está antes de webhook-id en el texto firmado.',
    advice: 'El orden es webhook-id, webhook-timestamp, cuerpo.',
  },
  'body-serialized-again': {
    problem:
      'El cuerpo se interpretó y se escribió de nuevo como JSON. Sus bytes ya no son los que se firmaron.',
    advice:
      'Verifique el cuerpo sin procesar antes de interpretarlo: express.raw() en Express, request.get_data() en Flask, file_get_contents("php://input") en PHP.',
  },
  'body-keys-in-another-order': {
    problem: 'El cuerpo se interpretó y se escribió de nuevo, con sus campos en otro orden.',
    advice: 'Verifique el cuerpo sin procesar antes de interpretarlo.',
  },
  'body-trimmed': {
    problem: 'Se añadieron o quitaron espacios o fines de línea alrededor del cuerpo.',
    advice: 'Use los bytes del cuerpo tal como llegaron. No los recorte.',
  },
  'body-with-bom': {
    problem: 'El cuerpo empieza por una marca de orden de bytes que no se envió.',
    advice: 'Lea el cuerpo como bytes, o como UTF-8 sin marca de orden de bytes.',
  },
  'body-line-ends': {
    problem: 'Se cambiaron los fines de línea del cuerpo, de LF a CRLF o al revés.',
    advice: 'Lea el cuerpo como bytes, no como líneas de texto.',
  },
  'body-wrong-charset': {
    problem: 'El cuerpo se leyó en otra codificación que no es UTF-8.',
    advice: 'Verifique los bytes del cuerpo, o léalos como UTF-8, no como ISO 8859-1 o Windows-1252.',
  },
  'body-characters-lost': {
    problem: 'El cuerpo tiene caracteres de sustitución (U+FFFD): se perdieron algunos de sus caracteres.',
    advice: 'Reúna primero todos los bytes del cuerpo, y luego léalos como UTF-8, no por trozos.',
  },
  'body-base64': {
    problem: 'El cuerpo está en base64.',
    advice:
      'Decodifíquelo antes de verificar. API Gateway y las URL de funciones Lambda lo hacen cuando isBase64Encoded es true.',
  },
  'body-quoted': {
    problem: 'El cuerpo es JSON dentro de un texto JSON.',
    advice: 'Su código escribe el texto del cuerpo como JSON una vez más. Verifique el propio texto.',
  },
  'body-empty': {
    problem: 'El cuerpo está vacío.',
    advice: 'Algo lo leyó antes que su código, como un body parser. Verifique antes de eso.',
  },
  'body-not-json': {
    problem: 'El cuerpo no es JSON, como lo es toda llamada.',
    advice:
      'Pegue el cuerpo tal como llegó. Compruebe qué lo convierte en otra cosa, como un lector de formularios.',
  },
  'id-of-another-callback': {
    problem: 'El cuerpo es del evento {bodyId}, y webhook-id dice {headerId}.',
    advice:
      'Tome encabezados y cuerpo de la misma solicitud. No los guarde en variables que comparten varias solicitudes.',
  },
  'signature-without-version': {
    problem: 'A la firma le falta su versión.',
    advice: 'Se lee v1, y luego base64. Divida el encabezado por los espacios, y cada parte por su coma.',
  },
  'signature-in-hex': {
    problem: 'La firma está en hexadecimal.',
    advice: 'Escriba el HMAC en base64.',
  },
  'signature-in-base64url': {
    problem: 'La firma está en el alfabeto de base64url, o sin su relleno.',
    advice: 'Escriba el HMAC en base64 estándar, con + y / y con = al final.',
  },
  'signature-in-lower-case': {
    problem: 'La firma se pasó a minúsculas.',
    advice:
      'Los nombres de los encabezados pueden ir en mayúsculas o minúsculas, pero sus valores no pueden cambiar.',
  },
  'signature-cut-off': {
    problem: 'La firma está cortada.',
    advice: 'Guarde el encabezado entero: 44 caracteres después de v1, por cada firma.',
  },
  'signatures-not-split': {
    problem: 'Las firmas no se separaron por los espacios.',
    advice: 'Durante un cambio, el encabezado tiene varias, separadas por espacios. Compare con cada una.',
  },
  'signature-unreadable': {
    problem: 'webhook-signature no contiene ninguna firma: {given}.',
    advice: 'Se lee v1, y luego base64.',
  },
  unexplained: {
    problem: 'La firma no coincide, y ninguno de los errores habituales lo explica.',
    advice:
      'Lo más probable es que el secreto sea de otro webhook o de antes de un cambio, o que el cuerpo haya cambiado. Registre el cuerpo sin procesar en base64 y compárelo byte a byte.',
  },
};
