export const charts = {
  calls: 'Chamadas por hora',
  delivered: (count: string) => `${count} entregues`,
  failedAttempts: (count: string) => `${count} com falha`,
  latency: 'Tempo até a resposta',
  reasons: 'Por que entregas falham',
  reasonsHint: 'Das últimas 100 que falharam ou esperam outra tentativa.',
  noCalls: 'Nenhuma chamada neste período.',
  noFailures: 'Nenhuma das últimas entregas falhou.',
};
