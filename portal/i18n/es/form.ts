const families: Readonly<Record<string, string>> = { ticket: 'tickets', customer: 'clientes' };

/** By what it is about and what happened. A type that is not here yet has the API's summary. */
const summaries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ticket: {
    created: 'Un cliente o un agente abrió un ticket.',
    resolved: 'Un ticket se marcó como resuelto.',
    tagged: 'Se cambiaron las etiquetas de un ticket.',
    reopened: 'Un ticket resuelto se abrió de nuevo.',
  },
  customer: { created: 'Se añadió un cliente, por un primer mensaje o por un agente.' },
  'webhook.subscription': {
    failing: 'Las llamadas a un webhook fallaron tanto que sus entregas esperan.',
    disabling: 'Un webhook que falla desde hace días se desactivará pronto.',
    disabled: 'Un webhook fue desactivado, por su dueño o a causa de su receptor.',
    recovered: 'Un webhook que fallaba responde de nuevo.',
    paused: 'Un webhook fue pausado: sus entregas esperan.',
    resumed: 'La pausa de un webhook terminó.',
    'secret-rotated': 'Un webhook recibió un nuevo secreto de firma.',
    changed: 'Se cambió la configuración de un webhook.',
  },
  'webhook.delivery': { exhausted: 'Hubo entregas a un webhook que terminaron sin éxito.' },
  'webhook.event': {
    unprocessable: 'iOmniHub publicó un evento que no se puede entregar a ningún webhook.',
  },
};

export const form = {
  url: 'URL',
  urlHint: 'Una dirección https de su servidor que acepta solicitudes POST.',
  urlGood: 'Esta URL se puede usar.',
  events: 'Eventos',
  everything: 'Todo',
  everythingHint: 'Todos los eventos, y los que se añadan después',
  family: (noun: string) => `Todo sobre ${families[noun] ?? noun}`,
  familyHint: 'También lo que se añada después',
  operational: 'Sobre sus webhooks',
  operationalHint: 'Avisa a su servidor cuando un webhook falla, se pausa o se cambia. «Todo» no lo incluye.',
  summary: (type: string, summary: string) => {
    const end = type.lastIndexOf('.');
    return summaries[type.slice(0, end)]?.[type.slice(end + 1)] ?? summary;
  },
  description: 'Descripción',
  descriptionHint: 'Para qué sirve. Solo la ve usted.',
  more: 'Más ajustes',
  headers: 'Encabezados propios',
  headersHint: 'Se envían con cada llamada, por ejemplo un token suyo. Se guardan cifrados.',
  headerName: 'Nombre del encabezado',
  headerValue: 'Valor',
  headerStored: 'Guardado; escriba para cambiarlo',
  addHeader: 'Añadir encabezado',
  removeHeader: (name: string) => `Quitar el encabezado ${name}`,
  timeout: 'Tiempo límite en segundos',
  timeoutHint: (usual: string) => `Cuánto puede tardar su servidor. Normalmente ${usual} s.`,
  rateLimit: 'Máximo de llamadas',
  rateLimitHint:
    'Como máximo tantas; las demás esperan su turno. Las de un minuto se reparten a lo largo de él.',
  ratePer: 'Segundo o minuto',
  perSecond: 'por segundo',
  perMinute: 'por minuto',
  noLimit: 'Sin límite suyo',
  filter: 'Filtro',
  filterHint: 'Se envía cada evento de los tipos elegidos. Aún no hay filtros por contenido.',
  create: 'Añadir webhook',
  save: 'Guardar cambios',
  saved: 'Guardado.',
  discard: 'Descartar cambios',
  droppedHeaders: (names: string) =>
    `La URL lleva ahora a otro servidor, por eso se quitaron estos encabezados: ${names}. Añádalos de nuevo si el nuevo servidor los necesita.`,
};

export const created = {
  title: 'El webhook está listo',
  open: 'Ir al webhook',
  secretTitle: '1. Guarde el secreto de firma',
  secretText:
    'Con él, su servidor comprueba que una llamada viene de iOmniHub. Guárdelo como guarda una contraseña.',
  secretHidden:
    'Su sesión no permite ver secretos. Quien puede verlos encuentra el secreto en los ajustes del webhook.',
  verifyTitle: '2. Compruebe la firma',
  verifyText: 'Rechace lo que no esté firmado con este secreto. Use el cuerpo sin procesar, tal como llegó.',
  language: 'Lenguaje',
  copySnippet: 'Copiar código',
  testTitle: '3. Envíe un evento de prueba',
  testPending: 'Se pregunta a su servidor si quiere llamadas. Abra el webhook para ver la respuesta.',
};
