import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import type { MetricName, Telemetry } from '../core/telemetry.ts';

/** Writes a JSON line per call, and metrics in CloudWatch's embedded format once an invocation. */
export function createTelemetry(namespace: string): {
  telemetry: Telemetry;
  middlewares: ReturnType<typeof injectLambdaContext>[];
} {
  const logger = new PowertoolsLogger({ serviceName: 'webhooks' });
  const metrics = new Metrics({ namespace, serviceName: 'webhooks' });
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
    middlewares: [injectLambdaContext(logger), logMetrics(metrics)],
  };
}
