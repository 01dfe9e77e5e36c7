import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { MetricName, Telemetry } from '../core/telemetry.ts';

const service = 'webhooks';

/**
 * Writes a JSON line per call, and metrics in CloudWatch's embedded format once an invocation that counted any. Lines at
 * level `info` are those of every event and attempt. The library takes five times as long for one, and adds 200 bytes that
 * the log group tells too, so they are written here, with the same names.
 */
export function createTelemetry(
  namespace: string,
  print = (line: string): unknown => process.stdout.write(`${line}\n`),
): {
  telemetry: Telemetry;
  middlewares: MiddlewareObj[];
} {
  // Every function's stack sets it, so that each line tells which commit wrote it.
  const commit = process.env['COMMIT'] ?? 'unknown';
  const logger = new PowertoolsLogger({ serviceName: service, persistentKeys: { commit } });
  const metrics = new Metrics({ namespace, serviceName: service });
  const writesInfo = ['TRACE', 'DEBUG', 'INFO'].includes(logger.getLevelName());
  let invocations = 0;
  const countInvocation = () => void (invocations += 1);
  // The library takes its time for each value, and keeps them all. Alarms and dashboards show sums.
  const sums = new Map<MetricName, number>();
  const count = (metric: MetricName, value = 1) => void sums.set(metric, (sums.get(metric) ?? 0) + value);
  // The library's own middleware writes a line about every invocation that counted nothing.
  const publish = () => {
    if (sums.size === 0) return;
    for (const [metric, sum] of sums) metrics.addMetric(metric, MetricUnit.Count, sum);
    sums.clear();
    metrics.publishStoredMetrics();
  };
  return {
    telemetry: {
      info(message, fields) {
        if (!writesInfo) return;
        const timestamp = new Date().toISOString();
        const start = invocations === 1 ? { cold_start: true } : {};
        print(JSON.stringify({ level: 'INFO', message, timestamp, commit, ...start, ...fields }));
      },
      warn: (name, fields) => logger.warn(name, { ...fields }),
      error: (name, fields) => {
        logger.error(name, { ...fields });
        count('FaultsOfOurs');
      },
      count,
    },
    middlewares: [injectLambdaContext(logger), { before: countInvocation, after: publish, onError: publish }],
  };
}
