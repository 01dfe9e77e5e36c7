const behaviours: Readonly<Record<string, string>> = {
  ok: 'La acepta',
  '500': '500',
  timeout: 'Sin respuesta',
  '410': '410',
  slow: 'Lento',
};

export const playground = {
  title: 'Laboratorio',
  subtitle:
    'Solo en la ejecución local: publique eventos como el helpdesk y vea qué hacen con ellos sus webhooks.',
  publish: 'Publicar un evento',
  publishText: 'Recorre todo el camino: bus, cola, plan, llamada firmada.',
  data: 'Datos',
  notJson: 'debe ser JSON',
  publishNow: 'Publicar',
  published: 'Publicado',
  reset: 'Volver al ejemplo',
  receiver: 'Receptor de demostración',
  receiverText: 'Elija cómo responde desde ahora.',
  behaviours,
  received: 'Recibido por el receptor de demostración',
  nothingReceived: 'Nada todavía. Publique un evento.',
  verified: 'Verificado',
  refused: 'No verificado',
  unanswered: 'sin respuesta',
};
