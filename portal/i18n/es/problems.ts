import type { FailureSlug } from '../../api/problem.ts';

/** What happened, and what to do. */
export const problems: Readonly<Record<FailureSlug, { readonly title: string; readonly advice: string }>> = {
  'invalid-json': {
    title: 'No se pudo leer la solicitud.',
    advice: 'Recargue la página e inténtelo de nuevo.',
  },
  'invalid-request': { title: 'Algo no es válido.', advice: 'Corrija los campos marcados.' },
  unauthorized: { title: 'Su sesión ha terminado.', advice: 'Abra la página de nuevo desde iOmniHub.' },
  'account-suspended': {
    title: 'La cuenta está suspendida.',
    advice: 'Consulte a iOmniHub. Hasta entonces no se entrega nada.',
  },
  forbidden: { title: 'Su sesión no permite esto.', advice: 'Pida un enlace con más permisos.' },
  'not-found': { title: 'Ya no existe.', advice: 'Quizá alguien lo eliminó.' },
  'no-such-route': { title: 'La página y el servidor no coinciden.', advice: 'Recargue la página.' },
  'method-not-allowed': { title: 'La página y el servidor no coinciden.', advice: 'Recargue la página.' },
  conflict: { title: 'Otra persona lo cambia al mismo tiempo.', advice: 'Inténtelo de nuevo en un momento.' },
  'too-many-subscriptions': {
    title: 'La cuenta ya tiene todos los webhooks que puede tener.',
    advice: 'Elimine uno que ya no haga falta.',
  },
  'too-many-api-keys': { title: 'La cuenta tiene demasiadas claves de API.', advice: 'Revoque una.' },
  'too-many-portal-sessions': {
    title: 'Hay demasiadas sesiones abiertas.',
    advice: 'Espere a que termine una.',
  },
  'account-removed': { title: 'La cuenta fue eliminada.', advice: 'Consulte a iOmniHub.' },
  'subscription-not-enabled': {
    title: 'El webhook no está activado.',
    advice: 'Actívelo primero e inténtelo de nuevo.',
  },
  'attempt-in-progress': {
    title: 'Se está llamando a su servidor ahora mismo.',
    advice: 'Mire de nuevo en un minuto: puede que haya llegado.',
  },
  'delivery-waiting': {
    title: 'El evento ya está en camino.',
    advice: 'Espere el próximo intento, o reenvíe esa entrega.',
  },
  'event-not-kept': {
    title: 'El evento ya no está guardado.',
    advice: 'Ahora solo se puede leer en el propio iOmniHub.',
  },
  'request-in-progress': {
    title: 'La misma solicitud todavía se está atendiendo.',
    advice: 'Inténtelo de nuevo en un segundo.',
  },
  'link-not-good': {
    title: 'El enlace no abre la página.',
    advice: 'Vuelva a iOmniHub y abra sus webhooks de nuevo.',
  },
  'precondition-failed': {
    title: 'Otra persona lo cambió después de que usted lo abriera.',
    advice: 'Lo que escribió se conserva. Mire el estado actual y guarde de nuevo.',
  },
  'too-large': { title: 'Es demasiado grande.', advice: 'Envíe como máximo 256 KiB.' },
  'idempotency-key-reused': {
    title: 'La solicitud se repitió de otra forma.',
    advice: 'Inténtelo de nuevo.',
  },
  'too-many-requests': {
    title: 'Demasiadas solicitudes.',
    advice: 'Espere un momento e inténtelo de nuevo.',
  },
  'internal-error': {
    title: 'Algo falló de nuestro lado.',
    advice: 'Inténtelo de nuevo. Si sigue fallando, comunique a iOmniHub este número:',
  },
  offline: { title: 'No hubo respuesta.', advice: 'Compruebe su red e inténtelo de nuevo.' },
  unknown: { title: 'Ocurrió algo inesperado.', advice: 'Recargue la página e inténtelo de nuevo.' },
};
