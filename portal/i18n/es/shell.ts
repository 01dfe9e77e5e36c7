export const common = {
  copied: 'Copiado',
  copy: 'Copiar',
  close: 'Cerrar',
  cancel: 'Cancelar',
  tryAgain: 'Reintentar',
  back: 'Volver',
  optional: 'opcional',
  loading: 'Cargando',
};

export const shell = {
  title: 'iOmniHub Webhooks',
  skip: 'Ir al contenido',
  webhooks: 'Webhooks',
  events: 'Eventos',
  doctor: 'Doctor de firmas',
  playground: 'Laboratorio',
  noticesNew: (count: number) =>
    count === 0 ? 'Avisos' : `Avisos, ${count} ${count === 1 ? 'nuevo' : 'nuevos'}`,
  navigation: 'Principal',
  language: 'Idioma',
  keyboard: 'Atajos de teclado',
  timesIn: (zone: string) => `horas en ${zone}`,
  viewOnly: 'Solo lectura',
  signOut: 'Salir',
  keys: {
    search: 'Buscar',
    next: 'Fila siguiente',
    previous: 'Fila anterior',
    open: 'Abrir la fila',
    resend: 'Reenviar la entrega',
    close: 'Cerrar el panel o la ventana',
    help: 'Mostrar estos atajos',
  },
  noSession: {
    'no-link': {
      title: 'Abra esta página desde iOmniHub',
      text: 'La página se abre con un enlace que iOmniHub crea para usted. Entre en iOmniHub y abra allí sus webhooks.',
    },
    'link-used': {
      title: 'Este enlace ya no abre la página',
      text: 'Cada enlace abre la página una vez, durante pocos minutos. Vuelva a iOmniHub y abra sus webhooks de nuevo.',
    },
    ended: {
      title: 'Su sesión ha terminado',
      text: 'No se ha perdido nada. Vuelva a iOmniHub y abra sus webhooks de nuevo.',
    },
    'signed-out': { title: 'Ha salido', text: 'Vaya a iOmniHub para abrir sus webhooks de nuevo.' },
    suspended: {
      title: 'La cuenta está suspendida',
      text: 'Mientras lo esté, no se entrega nada ni se puede cambiar nada. Pregunte a iOmniHub por qué.',
    },
  },
  offline: {
    title: 'Sin conexión con iOmniHub',
    text: 'Compruebe su red. La página sigue por sí sola en cuanto recibe una respuesta.',
  },
  notFound: {
    title: 'Aquí no hay nada',
    text: 'Quizá se eliminó, o la dirección no está completa.',
    action: 'Ir a los webhooks',
  },
};
