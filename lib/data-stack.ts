import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** What must survive a mistake in the other stacks. */
export class DataStack extends Stack {
  readonly table: Table;
  readonly dueIndexArn: string;
  readonly feedIndexArn: string;
  /** Encrypts the data keys of signing secrets and custom headers. */
  readonly secretsKey: Key;
  /** What the keys that sign cursors derive from. */
  readonly cursorKey: Key;
  readonly alarmTopic: Topic;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, { ...props, terminationProtection: true });

    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Sparse: only deliveries that await something have the two attributes.
    this.table.addGlobalSecondaryIndex({
      indexName: 'due',
      partitionKey: { name: 'dueShard', type: AttributeType.NUMBER },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    // Sparse as well: an account's events, in several parts, by the time at which they were taken in.
    this.table.addGlobalSecondaryIndex({
      indexName: 'feed',
      partitionKey: { name: 'feed', type: AttributeType.STRING },
      sortKey: { name: 'feedPosition', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['type', 'acceptedAt', 'recordedAt', 'isTest'],
    });

    this.feedIndexArn = `${this.table.tableArn}/index/feed`;
    this.dueIndexArn = `${this.table.tableArn}/index/due`;

    this.secretsKey = new Key(this, 'SecretsKey', {
      description: 'Signing secrets of webhook subscriptions',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // KMS rotates no HMAC keys; a new key makes the cursors of running listings void, and nothing else.
    this.cursorKey = new Key(this, 'CursorKey', {
      description: 'Cursors of the webhooks API',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const topicKey = new Key(this, 'AlarmTopicKey', {
      description: 'Alarm notifications of the webhooks',
      enableKeyRotation: true,
    });
    // The AWS managed key for SNS does not let CloudWatch publish.
    topicKey.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    this.alarmTopic = new Topic(this, 'AlarmTopic', { masterKey: topicKey, enforceSSL: true });
    // A policy of the topic's own, which enforceSSL makes, replaces the default one that lets in this account's alarms.
    this.alarmTopic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarmTopic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );

    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarmTopic.topicArn });
  }
}
