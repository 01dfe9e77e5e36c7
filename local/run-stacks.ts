import { SQSClient } from '@aws-sdk/client-sqs';
import type { StackTemplate } from './cloud-assembly.ts';
import { createFunctions, createQueues, createTables } from './create-resources.ts';
import type { Engines } from './engines.ts';
import { type AcceptedEvent, startEventBus } from './event-bus.ts';
import { startPolling } from './event-source-mapping.ts';
import { startHttpApi } from './http-api.ts';
import { region } from './intrinsics.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { type PortalServer, startPortalServer } from './portal-server.ts';
import { portalSiteOf } from './portal-site.ts';
import { type Endpoints, readResources } from './resources.ts';
import { startSchedule } from './schedule.ts';
import { operatorCredentials } from './sigv4.ts';
import { busNamesOf, httpApiOf, mappingsOf, rulesOf, schedulesOf } from './wiring.ts';

export interface RunningStacks {
  readonly eventsUrl: string;
  /** By stack, as `cdk deploy --outputs-file` writes them. */
  readonly outputs: Readonly<Record<string, Record<string, string>>>;
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly portal: Pick<PortalServer, 'url' | 'serveFirst'>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Port of the HTTP API. 0 picks a free one. */
  readonly port: number;
  /** Port of the page for account owners. Left out or 0: a free one. */
  readonly portalPort?: number;
  readonly logFolder: string;
  /** Replaces the interval of the template. Nothing else in the template can be changed. */
  readonly sweepIntervalMs?: number | undefined;
  /** For each function. */
  readonly maxSandboxes?: number;
  /** Called when a function crashes or fails. Its log is in `logFolder`. */
  readonly onFault: (fault: unknown) => void;
  /** Called with each event that the bus has taken. */
  readonly onAccepted?: (event: AcceptedEvent) => void;
}

/** Enough for five batches of each of two event source mappings. AWS would start more, but here batches can wait. */
const defaultSandboxes = 10;

/** Creates everything that the templates describe, in the order of its dependencies. */
export async function runStacks(
  stacks: readonly StackTemplate[],
  engines: Engines,
  {
    port,
    portalPort = 0,
    logFolder,
    sweepIntervalMs,
    maxSandboxes = defaultSandboxes,
    onFault,
    onAccepted,
  }: RunOptions,
): Promise<RunningStacks> {
  const portal = await startPortalServer(portalPort, onFault);
  const endpoints: Endpoints = { sqsUrl: engines.sqsUrl, portalUrl: portal.url };
  const resources = readResources(stacks, endpoints);
  const sqs = new SQSClient({ endpoint: engines.sqsUrl, region, credentials: operatorCredentials });

  const closers: (() => unknown)[] = [() => portal.close(), () => sqs.destroy()];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    await createTables(resources, engines);
    await createQueues(resources, sqs);
    const bus = await startEventBus(busNamesOf(resources), rulesOf(resources), sqs, onAccepted);
    closers.push(() => bus.close());
    const urls = { ...engines, eventsUrl: bus.url };
    const functions = await createFunctions(resources, urls, { logFolder, maxSandboxes, onFault });
    closers.push(() => Promise.all([...functions.values()].map((lambda) => lambda.close())));
    const api = await startHttpApi(httpApiOf(resources, functions), port, onFault);
    closers.push(() => api.close());
    endpoints.apiUrl = api.url;
    const site = portalSiteOf(resources);
    if (site) portal.serve(site, api.url);
    const schedules = schedulesOf(resources, functions, sweepIntervalMs);
    const running = schedules.map((rule) => startSchedule(rule, onFault));
    closers.push(() => running.forEach((schedule) => schedule.stop()));
    const pollers = mappingsOf(resources, functions).map((mapping) => startPolling(mapping, sqs, onFault));
    closers.push(() => Promise.all(pollers.map((poller) => poller.stop())));
    return { eventsUrl: bus.url, outputs: resources.outputs(), portal, functions, close };
  } catch (error) {
    await close();
    throw error;
  }
}
