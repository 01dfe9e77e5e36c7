import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { MetricName, Telemetry } from '../core/telemetry.ts';

/** Writes a JSON line per call, and metrics in CloudWatch's embedded format once an invocation that counted any. */
export function createTelemetry(namespace: string): {
  telemetry: Telemetry;
  middlewares: MiddlewareObj[];
} {
  // Every function's stack sets it, so that each line tells which commit wrote it.
  const commit = process.env['COMMIT'] ?? 'unknown';
  const logger = new PowertoolsLogger({ serviceName: 'webhooks', persistentKeys: { commit } });
  const metrics = new Metrics({ namespace, serviceName: 'webhooks' });
  // The library's own middleware writes a line about every invocation that counted nothing.
  const publish = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return {
    telemetry: {
      info: (name, fields) => logger.info(name, { ...fields }),
      warn: (name, fields) => logger.warn(name, { ...fields }),
      error: (name, fields) => {
        logger.error(name, { ...fields });
        metrics.addMetric('FaultsOfOurs' satisfies MetricName, MetricUnit.Count, 1);
      },
      count: (metric, value = 1) => metrics.addMetric(metric, MetricUnit.Count, value),
    },
    middlewares: [injectLambdaContext(logger), { after: publish, onError: publish }],
  };
}
