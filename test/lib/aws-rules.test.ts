import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { awsRulesOn } from './cdk-app.ts';
import { sixtyEventTypes } from './synthesized-template.ts';

describe('the AwsSolutions rules', () => {
  test('find nothing but what has a reason: queues that nobody drains, public routes, and the files of the page', () => {
    const { stopped, broken, acknowledged } = awsRulesOn({});
    expect({ stopped, broken }).toEqual({ stopped: false, broken: [] });
    const rules = acknowledged.map(({ ruleName }) => ruleName);
    expect(new Set(rules)).toEqual(
      new Set(['SQS3', 'APIG4', 'S1', 'CFR1', 'CFR2', 'CFR3', 'CFR4'].map((rule) => `AwsSolutions-${rule}`)),
    );
    const unauthorized = acknowledged.filter(({ ruleName }) => ruleName === 'AwsSolutions-APIG4');
    const paths = unauthorized.map(({ acknowledgedAt }) => acknowledgedAt.split('/').slice(2).join('/'));
    expect(new Set(paths.map((path) => path.replace(/^[A-Z]+-/, '')))).toEqual(
      new Set(['-', '-openapi.json', '-portal-session', '-{proxy+}']),
    );
  });

  test.each([
    ['where an existing table is adopted', { tableName: 'IomnihubWebhooks-restored' }],
    [
      'where the backend is in another account',
      { publisherPrincipalArn: 'arn:aws:iam::111122223333:role/helpdesk' },
    ],
  ])('find nothing either %s', (_, context) => {
    expect(awsRulesOn(context).broken).toEqual([]);
  });

  test('find nothing either with 60 event types', () => {
    expect(awsRulesOn({}, () => {}, sixtyEventTypes)).toMatchObject({ stopped: false, broken: [] });
  });

  test('stop the synthesis of a resource that breaks one', () => {
    const { stopped, broken } = awsRulesOn({}, (app) => new Bucket(new Stack(app, 'Planted'), 'Open'));
    expect(stopped).toBe(true);
    expect(broken).toContain('AwsSolutions-S10');
  });
});
