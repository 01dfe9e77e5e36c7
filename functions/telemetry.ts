import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';

type Fields = Readonly<Record<string, unknown>>;

/** What a handler tells the outside; `name` is `noun.verb`. Fields never hold payloads, secrets or whole URLs. */
export interface Telemetry {
  info(name: string, fields: Fields): void;
  warn(name: string, fields: Fields): void;
  /** A fault of ours: an alarm may stand on it. A receiver's failure is never one. */
  error(name: string, fields: Fields): void;
  count(metric: MetricName, value?: number): void;
}

export type MetricName =
  | 'EventsDispatched'
  | 'EventsDuplicated'
  | 'EventsRejected'
  | 'EventsWithoutSubscriptions'
  | 'AttemptsSucceeded'
  | 'AttemptsFailed'
  | 'AddressesRefused'
  | 'DeliveriesPostponed'
  | 'DeliveriesDeferred'
  | 'DeliveriesExhausted'
  | 'DeliveriesUncalled'
  | 'DeliveriesSwept'
  | 'FaultsOfOurs';

/** One JSON line a call, and metrics in CloudWatch's embedded format once an invocation. */
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
        metrics.addMetric('FaultsOfOurs', MetricUnit.Count, 1);
      },
      count: (metric, value = 1) => metrics.addMetric(metric, MetricUnit.Count, value),
    },
    middlewares: [injectLambdaContext(logger), logMetrics(metrics)],
  };
}
