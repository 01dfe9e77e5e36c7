import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { eventSource, eventTypes } from '../../core/events/event-catalog.ts';
import { type ChangedCopy, createChangedCopy } from '../support/changed-copy.ts';

const repository = new URL('../..', import.meta.url);
const catalogFile = 'core/events/event-catalog.ts';
const folders = '{bin,lib,functions,contract,core,adapters,client,local,scripts,portal}';

/** `ticket.created` and what may be made of it for a name: `ticket-created`, `ticket_created`. */
const forms = eventTypes.flatMap((type) => [type, type.replaceAll('.', '-'), type.replaceAll('.', '_')]);

describe('an identifier of the catalog', () => {
  const files = globSync(`${folders}/**/*.{ts,tsx,js,mjs,css,html,json}`, {
    cwd: repository,
    exclude: (name) => ['node_modules', 'dist'].includes(name),
  }).map((file) => file.replaceAll('\\', '/'));

  test('is found by this test where it stands', () => {
    expect(identifiersIn(catalogFile)).toEqual(eventTypes);
  });

  test('stands in no other source file', () => {
    const others = files.filter((file) => file !== catalogFile);
    expect(others.length).toBeGreaterThan(40);
    expect(others.filter((file) => identifiersIn(file).length > 0)).toEqual([]);
  });

  /** In literals of any kind, types included; comments may name an identifier. */
  function identifiersIn(file: string): string[] {
    const source = readFileSync(new URL(file, repository), 'utf8');
    const texts = /\.tsx?$/.test(file) ? literalsOf(source, file.endsWith('x')) : [source];
    return forms.filter((form) => texts.some((text) => text.includes(form)));
  }

  function literalsOf(source: string, tsx: boolean): string[] {
    const texts: string[] = [];
    JSON.stringify(parseSync(source, { syntax: 'typescript', tsx }), (_, node) => {
      if (node?.type === 'StringLiteral' || node?.type === 'JSXText') texts.push(node.value);
      if (node?.type === 'TemplateElement') texts.push(node.raw);
      if (node?.type === 'RegExpLiteral') texts.push(node.pattern.replaceAll('\\', ''));
      return node;
    });
    return texts;
  }
});

describe('a further event type takes one entry in one file, and then', () => {
  const entry = `  {
    type: 'ticket.assigned',
    name: 'Ticket Assign',
    summary: 'A ticket was given to an agent.',
    data: z.looseObject({ ticket: ticketSchema, previousAssigneeId: z.string().nullable() }),
    example: { ticket: exampleTicket, previousAssigneeId: null },
  },
`;
  const end = '] as const satisfies';

  /** Uses the type by its name, as a publisher would. */
  const use = `import type { EventData, EventType } from '../core/events/event-catalog.ts';
export const type: EventType = 'ticket.assigned';
export const previous = (data: EventData<'ticket.assigned'>): string | null => data.previousAssigneeId;
`;

  let copy: ChangedCopy;
  beforeAll(() => {
    copy = createChangedCopy();
    copy.replace(catalogFile, end, entry + end);
  });
  afterAll(() => copy.remove());

  test('the sources compile, and so does code that uses the type', () => {
    copy.write('scripts/use.ts', use);
    expect(copy.compile()).toEqual('');
  });

  test('which it does not without the entry', () => {
    copy.write('scripts/use.ts', use);
    copy.replace(catalogFile, entry, '');
    try {
      expect(copy.compile('scripts/use.ts')).toMatch(
        /^scripts\/use\.ts.*'"ticket\.assigned"' is not assignable to type/,
      );
    } finally {
      copy.replace(catalogFile, end, entry + end);
    }
  });

  test('a published event of the type is accepted, and one with wrong data is refused', () => {
    const parsed = copy.run(`
      import { catalogEntryOf } from './core/events/event-catalog.ts';
      import { parsePublishedEvent } from './core/events/published-event.ts';
      const parse = (data) => parsePublishedEvent(JSON.stringify({
        id: 'f1a2c3d4', 'detail-type': 'ticket.assigned',
        detail: { id: 'evt_1', accountId: 'acc_1', occurredAt: '2026-11-23T16:55:00.000Z', data },
      }), new Date());
      const { example } = catalogEntryOf('ticket.assigned');
      console.log(JSON.stringify([parse(example), parse({ ...example, previousAssigneeId: 19 })]));
    `);
    expect(parsed).toMatchObject([
      { event: { id: 'evt_1', type: 'ticket.assigned' } },
      { rejection: { reason: 'invalid-data', explanation: expect.stringContaining('previousAssigneeId') } },
    ]);
  });

  test('the template has its rule, its queues, its alarms with their sentence, and the catch-all leaves it out', () => {
    const resources = copy.run(`
      import { App } from 'aws-cdk-lib';
      import { createStacks } from './lib/stacks.ts';
      const app = new App({ outdir: 'cdk.out', context: { 'aws:cdk:bundling-stacks': [] } });
      createStacks(app);
      const stacks = app.synth().stacks;
      console.log(JSON.stringify(stacks.flatMap(({ template }) => Object.values(template.Resources))));
    `) as { Type: string; Properties: Record<string, unknown> }[];
    const of = (type: string) =>
      resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

    const patterns = of('AWS::Events::Rule').flatMap(({ EventPattern }) => EventPattern ?? []);
    const source = [eventSource];
    expect(patterns).toHaveLength(eventTypes.length + 4);
    expect(patterns).toContainEqual({ source, 'detail-type': ['ticket.assigned'] });
    expect(patterns).toContainEqual({
      source,
      'detail-type': [{ 'anything-but': [...eventTypes, 'ticket.assigned'] }],
    });
    expect(of('AWS::SQS::Queue').map(({ QueueName }) => QueueName)).toEqual(
      expect.arrayContaining([
        'iomnihub-webhooks-dev-ticket-assigned',
        'iomnihub-webhooks-dev-ticket-assigned-dlq',
      ]),
    );
    const sentences = of('AWS::CloudWatch::Alarm').map(({ AlarmDescription }) =>
      JSON.stringify(AlarmDescription),
    );
    const sentence = 'account owners do not receive ticket.assigned callbacks. See docs/runbook.md.';
    expect(sentences.filter((text) => text.includes(`holds messages: ${sentence}`))).toHaveLength(1);
    expect(sentences.filter((text) => text.includes(`is not drained: ${sentence}`))).toHaveLength(1);
    expect(of('AWS::Lambda::EventSourceMapping')).toHaveLength(eventTypes.length + 4);
  });

  test('the page on event types and the contract are reported as stale, and hold the type once they are written again', () => {
    const stale = copy.generateDocs('--check');
    expect(stale.status).toBe(1);
    expect(stale.stderr.trim().split('\n')).toEqual(
      ['docs/event-types.md', 'docs/openapi.json'].map(
        (path) => `${path} is not what the sources say: run \`npm run docs\` and commit it`,
      ),
    );

    expect(copy.generateDocs().status).toBe(0);
    const page = copy.read('docs/event-types.md');
    expect(page).toContain('| `ticket.assigned` | Ticket Assign | A ticket was given to an agent. |');
    expect(page).toContain('| `previousAssigneeId` | string or null |');
    const contract = JSON.parse(copy.read('docs/openapi.json')) as {
      webhooks: object;
    };
    expect(contract.webhooks).toHaveProperty(['ticket.assigned']);
    expect(copy.generateDocs('--check')).toMatchObject({ status: 0, stderr: '' });
  });
});
