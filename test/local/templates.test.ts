import { describe, expect, test } from '@jest/globals';
import type { StackTemplate, TemplateResource } from '../../local/cloud-assembly.ts';
import { describeDifferences } from '../../local/honoured-properties.ts';
import { readResources } from '../../local/resources.ts';

function stack(
  name: string,
  resources: Record<string, TemplateResource>,
  outputs: StackTemplate['outputs'] = {},
): StackTemplate {
  return { name, resources, outputs, assetFolders: new Map() };
}

const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } };
const endpoints = { sqsUrl: 'http://127.0.0.1:9324', portalUrl: 'http://127.0.0.1:2' };

describe('templates on this machine', () => {
  test.each([
    ['Ref', { Ref: 'Work' }, 'http://127.0.0.1:9324/000000000000/work'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Work', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:work'],
    ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'AWS::Partition' }]] }, 'a/aws'],
    ['Fn::Sub', { 'Fn::Sub': '${AWS::AccountId}-${Work.QueueName}' }, '000000000000-work'],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'exported' }, 'arn:aws:sqs:us-east-1:000000000000:work'],
  ])('evaluate %s', (_, value, expected) => {
    const exporting = {
      Exported: { Value: { 'Fn::GetAtt': ['Work', 'Arn'] }, Export: { Name: 'exported' } },
    };
    const user = {
      Type: 'AWS::Lambda::Function',
      Properties: { Environment: { Variables: { VALUE: value } } },
    };
    const resources = readResources([stack('one', { Work: queue, User: user }, exporting)], endpoints);
    const [read] = resources.ofType('AWS::Lambda::Function');
    expect(read?.properties).toEqual({ Environment: { Variables: { VALUE: expected } } });
  });

  test.each([
    ['an intrinsic function', { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }, 'Fn::Cidr'],
    ['an attribute', { 'Fn::GetAtt': ['Work', 'Colour'] }, 'Work.Colour'],
    ['a resource', { Ref: 'Nothing' }, 'Nothing'],
    ['an export', { 'Fn::ImportValue': 'nothing' }, 'nothing'],
  ])('throw for %s that nobody knows', (_, value, named) => {
    const user = { Type: 'AWS::Lambda::Function', Properties: { Environment: value } };
    const resources = readResources([stack('one', { Work: queue, User: user })], endpoints);
    expect(() => resources.ofType('AWS::Lambda::Function')).toThrow(named);
  });

  test('show the outputs of each stack, but not what stacks export to each other', () => {
    const outputs = {
      QueueUrl: { Value: { Ref: 'Work' } },
      Shared: { Value: 'x', Export: { Name: 'shared' } },
    };
    expect(readResources([stack('one', { Work: queue }, outputs)], endpoints).outputs()).toEqual({
      one: { QueueUrl: 'http://127.0.0.1:9324/000000000000/work' },
    });
  });

  test('name every property that means nothing here', () => {
    const fifo = { ...queue, Properties: { ...queue.Properties, FifoQueue: true } };
    expect(describeDifferences([stack('one', { Work: fifo })])).toContain('AWS::SQS::Queue FifoQueue');
    expect(describeDifferences([stack('one', { Work: queue })]).join()).not.toContain('AWS::SQS::Queue ');
  });

  test('stop the run for a resource type that nobody thought of', () => {
    const table = { Type: 'AWS::RDS::DBInstance' };
    expect(() => describeDifferences([stack('one', { Table: table })])).toThrow('AWS::RDS::DBInstance');
  });
});
