export const charts = {
  calls: 'Llamadas por hora',
  delivered: (count: string) => `${count} entregadas`,
  failedAttempts: (count: string) => `${count} fallidas`,
  latency: 'Tiempo de respuesta',
  reasons: 'Por qué fallan las entregas',
  reasonsHint: 'De las últimas 100 que fallaron o esperan otro intento.',
  noCalls: 'Sin llamadas en este periodo.',
  noFailures: 'Ninguna de las últimas entregas ha fallado.',
};
