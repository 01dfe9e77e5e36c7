import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { internalFailure } from '../../bench/wire-proxy.ts';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { logLines, metrics } from '../../core/telemetry.ts';
import { logEnding } from '../../functions/deliverer/report.ts';
import { synthesize, type Template } from '../lib/synthesized-template.ts';
import { deliveryMessage, envelope, sqsRecord } from '../support/builders.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { startReceiver } from '../support/receiver.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

describe('the index of alarms', () => {
  /** What an alarm says, with `<…>` for what differs from one to the other, and the section for it. */
  const rows = [...runbook.matchAll(/^\| `([^`]+)` \| ([12]) \| \[(.+)\]\(#\S+\) \|$/gm)].map(
    ([, says = '', severity = '', section = '']) => ({ says, severity, section }),
  );
  /** The sections that an alarm leads to stand together. */
  const sections = (() => {
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const first = headings.indexOf("An event type's `-dlq` holds messages");
    const end = headings.findIndex((heading) => heading.startsWith('Without an alarm'));
    return headings.slice(first, end);
  })();

  let causes: string[];
  beforeAll(async () => {
    const template = await synthesize();
    causes = template
      .of('AWS::CloudWatch::Alarm')
      .map(({ properties }) => withNames(template, properties.AlarmDescription.split(':')[0] ?? ''));
  });

  /** With the queue's name, without its stage, for the reference to it. */
  function withNames(template: Template, cause: string): string {
    return cause.replace(/^(\S+)\.QueueName/, (_, ref: string) =>
      template.get('AWS::SQS::Queue', ref).properties.QueueName.replace('iomnihub-webhooks-dev-', ''),
    );
  }

  const queueNames = eventTypes.map((type) => type.replaceAll('.', '-'));
  const placeholders: Record<string, string> = {
    '<event type>': `(?:${queueNames.join('|')})`,
    '<queue>': '[a-z-]+',
    '<function>': '[a-z-]+',
  };

  function isSaid(says: string, cause: string): boolean {
    const pattern = says.replaceAll(/<[a-z ]+>/g, (name) => placeholders[name] ?? 'no such placeholder');
    return new RegExp(`^${pattern}$`).test(cause);
  }

  test('has one row for each alarm', () => {
    expect(causes.length).toBeGreaterThan(20);
    const counts = causes.map((cause) => [cause, rows.filter(({ says }) => isSaid(says, cause)).length]);
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });

  test('has no row without an alarm', () => {
    const idle = rows.filter(({ says }) => !causes.some((cause) => isSaid(says, cause)));
    expect(idle).toEqual([]);
  });

  test('leads to every section about an alarm, and to no other', () => {
    expect(sections.length).toBeGreaterThan(8);
    expect([...new Set(rows.map(({ section }) => section))].toSorted()).toEqual(sections.toSorted());
  });
});

describe('the log queries', () => {
  const queries = [...runbook.matchAll(/^```insights\n([^`]+)```$/gm)].map(([, query = '']) => query);

  /** What CloudWatch and the logger add to a line. https://docs.aws.amazon.com/powertools/typescript/latest/features/logger */
  const standardFields = ['@timestamp', '@message', '@log', 'level', 'message', 'commit'];
  const words = 'filter stats fields sort by as and or asc desc count min max latest ispresent like in'.split(
    ' ',
  );

  let deployment: Deployment;
  const fields = new Set(standardFields);
  beforeAll(async () => {
    deployment = await startDeployment();
    const receiver = await startReceiver();
    receiver.respond((response) => void response.writeHead(500).end());
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ detail: { data: {} } })));
    deployment.wire.table.intercept(async () => internalFailure);
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope()));
    const postponed = {
      kind: 'postponed',
      limit: 'places',
      times: { waitMs: 1_000, dueInMs: 61_000 },
      turn: undefined,
      byQueue: true,
    } as const;
    logEnding(deployment.telemetry, deliveryMessage(), postponed, deployment.clock.now());
    for (const line of deployment.telemetry.lines) addFields('', line.fields);
    await receiver.close();
  });
  afterAll(() => deployment.close());

  /** The names of fields at any depth, as CloudWatch joins them. */
  function addFields(parent: string, value: object): void {
    // The logger writes an error's name and message, which are not its own enumerable fields.
    const entries = value instanceof Error ? [['name', value.name] as const] : Object.entries(value);
    for (const [name, part] of entries) {
      fields.add(parent + name);
      if (typeof part === 'object' && part !== null) addFields(`${parent}${name}.`, part as object);
    }
  }

  test('are there', () => {
    expect(queries.length).toBeGreaterThanOrEqual(5);
  });

  test.each(queries.map((query) => [query]))('read fields that our lines have: %s', (query) => {
    const names = query.replaceAll(/"[^"]*"/g, '').match(/@?[A-Za-z_][\w.-]*/g) ?? [];
    const own = new Set([...query.matchAll(/ as (\w+)/g)].map(([, name]) => name));
    const read = names.filter((name) => !words.includes(name) && !own.has(name));
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((name) => !fields.has(name))).toEqual([]);
  });

  test('look for lines that we write', () => {
    const named = queries.flatMap((query) =>
      [...query.matchAll(/message = "([^"]+)"/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(logLines)).toContain(name);
  });
});

test('every line and metric that is named anywhere is one of the lists', () => {
  const text = runbook.slice(0, runbook.indexOf('## Reasons of dead letters'));
  const prefixes = [...new Set(Object.keys(logLines).map((name) => name.split('.')[0]))].join('|');
  const lines = [...text.matchAll(new RegExp(`\`((?:${prefixes})\\.[a-z-]+)\``, 'g'))].map(
    ([, name]) => name,
  );
  const counted = [...text.matchAll(/metric `([A-Za-z]+)`/g)].map(([, name]) => name);
  // Of EventBridge, not ours.
  const foreign = ['InvocationsFailedToBeSentToDlq'];

  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((name) => !Object.hasOwn(logLines, name ?? ''))).toEqual([]);
  expect(
    counted.filter((name) => !Object.hasOwn(metrics, name ?? '') && !foreign.includes(name ?? '')),
  ).toEqual([]);
});
