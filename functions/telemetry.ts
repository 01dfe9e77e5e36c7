import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import type { LogName, MetricName } from '../core/telemetry-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Writes a handler's log lines and counts its metrics. Fields never hold payloads, secrets or whole URLs. */
export interface Telemetry {
  info(name: LogName<'info'>, fields: Fields): void;
  warn(name: LogName<'warn'>, fields: Fields): void;
  /** Only for a fault of ours: an alarm counts these lines. */
  error(name: LogName<'error'>, fields: Fields): void;
  count(metric: MetricName, value?: number): void;
}

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
