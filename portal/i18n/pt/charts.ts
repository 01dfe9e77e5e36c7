export const charts = {
  calls: 'Calls by hour',
  delivered: (count: string) => `${count} delivered`,
  failedAttempts: (count: string) => `${count} failed`,
  latency: 'Time to answer',
  reasons: 'Why deliveries fail',
  reasonsHint: 'Of the latest 100 that failed or wait for another attempt.',
  noCalls: 'No calls in this period.',
  noFailures: 'None of the latest deliveries has failed.',
};
