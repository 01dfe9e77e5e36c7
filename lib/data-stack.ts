import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from './stage.ts';

/** Patterns of the table's partition keys, by what the items are about. */
export const itemsOf = { accounts: 'A#*', credentials: 'K#*', limits: 'L#*', stage: 'STAGE#*' };

export interface DataStackProps extends StackProps {
  readonly stage: Stage;
}

/** Everything that has to survive a mistake in the other stacks. */
export class DataStack extends Stack {
  readonly table: ITable;
  readonly dueIndexArn: string;
  readonly feedIndexArn: string;
  readonly parkedIndexArn: string;
  /** Encrypts the data keys of signing secrets and custom headers. */
  readonly secretsKey: Key;
  /** The keys that sign cursors derive from it. */
  readonly cursorKey: Key;
  readonly alarmTopic: Topic;

  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
    super(scope, id, props);
    const removalPolicy = stage.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    // Its name is known before anything is deployed, so the other stacks can move to it before this one lets go of its own.
    this.table = stage.tableName
      ? Table.fromTableName(this, 'AdoptedTable', stage.tableName)
      : createTable(this, stage);
    this.feedIndexArn = `${this.table.tableArn}/index/feed`;
    this.parkedIndexArn = `${this.table.tableArn}/index/parked`;
    this.dueIndexArn = `${this.table.tableArn}/index/due`;

    this.secretsKey = new Key(this, 'SecretsKey', {
      description: 'Signing secrets of webhook subscriptions',
      enableKeyRotation: true,
      removalPolicy,
    });
    // KMS does not rotate HMAC keys. A new key only breaks the cursors of listings that are in progress.
    this.cursorKey = new Key(this, 'CursorKey', {
      description: 'Cursors of the webhooks API',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const topicKey = new Key(this, 'AlarmTopicKey', {
      description: 'Alarm notifications of the webhooks',
      enableKeyRotation: true,
      removalPolicy,
    });
    // The AWS managed key for SNS does not let CloudWatch publish.
    topicKey.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    this.alarmTopic = new Topic(this, 'AlarmTopic', { masterKey: topicKey, enforceSSL: true });
    // enforceSSL adds a policy to the topic. It replaces the default one, which lets this account's alarms publish.
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

function createTable(scope: Construct, { protectData }: Stage): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: protectData,
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  // A sparse index: only open deliveries and subscriptions that wait for a time have its two attributes.
  table.addGlobalSecondaryIndex({
    indexName: 'due',
    partitionKey: { name: 'dueShard', type: AttributeType.NUMBER },
    sortKey: { name: 'dueAt', type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  // Sparse as well: the parked deliveries of each subscription, in the order in which their events were accepted.
  table.addGlobalSecondaryIndex({
    indexName: 'parked',
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'parkedOrder', type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  // Sparse as well: an account's events, in several parts, ordered by the time at which they were recorded.
  table.addGlobalSecondaryIndex({
    indexName: 'feed',
    partitionKey: { name: 'feed', type: AttributeType.STRING },
    sortKey: { name: 'feedPosition', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['type', 'acceptedAt', 'recordedAt', 'isTest'],
  });
  return table;
}
