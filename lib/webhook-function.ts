import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITableRef } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Architecture, LoggingFormat, RecursiveLoop, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import { type SettingName, settingVariables } from '../core/settings/setting-variables.ts';
import type { FunctionEnv, ResourceVariables } from '../functions/env.ts';
import type { AlarmText } from './alarms.ts';
import { bundling, withFile } from './bundling.ts';
import { deployedCommit } from './deployed-commit.ts';
import { addFunctionAlarms } from './fault-alarms.ts';
import type { Stage } from './stage.ts';

interface WebhookFunctionProps<Resources extends z.ZodRawShape> extends AlarmText {
  readonly stage: Stage;
  /** The name of the file in functions/, without `.lambda.ts`. */
  readonly entry: string;
  readonly description: string;
  /** The variables that the handler reads. The stage provides those that are settings. */
  readonly env: FunctionEnv<Resources, SettingName>;
  /** The variables that the stack provides. A missing one does not compile. */
  readonly resources: ResourceVariables<Resources>;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** A file of the repository that the function reads. It lies beside the bundle. */
  readonly file?: string;
  /** True if a message may come back to the function more often than Lambda's detection of loops lets it, 16 times. */
  readonly loops?: boolean;
}

/** One of our Lambda functions. Its role may only write its own log until it is allowed more. */
export class WebhookFunction<Resources extends z.ZodRawShape> extends Construct {
  readonly lambda: NodejsFunction;

  constructor(scope: Construct, id: string, props: WebhookFunctionProps<Resources>) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: fileURLToPath(new URL(`../functions/${props.entry}.lambda.ts`, import.meta.url)),
      projectRoot: fileURLToPath(new URL('..', import.meta.url)),
      depsLockFilePath: fileURLToPath(new URL('../package-lock.json', import.meta.url)),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memoryMb,
      ...(props.loops ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
      environment: {
        ...props.resources,
        ...settingVariables(props.stage, props.env.settings),
        COMMIT: deployedCommit(),
        NODE_OPTIONS: '--enable-source-maps',
      },
      role,
      logGroup,
      // Of its own, Lambda writes about invocations that fail. About each that does not, it would write 330 bytes.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      bundling: props.file === undefined ? bundling : withFile(bundling, props.file),
    });
    addFunctionAlarms(this, props, this.lambda);
  }

  /** Allows actions on exactly these resources. No permission here uses a wildcard. */
  allow(actions: string[], ...resources: string[]): void {
    // One by one: the CDK joins statements, and moves to further policies what the role's own has no room for. It cannot
    // divide a statement.
    for (const resource of resources) this.#allowIf({}, actions, resource);
  }

  /** Allows actions, such as `GetItem`, on those items of the table whose partition keys match the pattern. */
  allowItems(actions: string[], table: ITableRef, partitionKeys: string): void {
    this.#allowIf(
      {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [partitionKeys] },
        // Without a key to compare, the condition above would hold.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      actions.map((action) => `dynamodb:${action}`),
      table.tableRef.tableArn,
    );
  }

  /**
   * Allows actions, such as `Decrypt`, with an encryption context of exactly these keys: a secret opens only for an
   * account and what else is named.
   */
  allowSecrets(actions: string[], key: IKeyRef, ...contextKeys: string[]): void {
    this.#allowIf(
      {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': contextKeys },
        Null: Object.fromEntries(contextKeys.map((name) => [`kms:EncryptionContext:${name}`, 'false'])),
      },
      actions.map((action) => `kms:${action}`),
      key.keyRef.keyArn,
    );
  }

  /** Allows to publish events of exactly this source. */
  allowEvents(bus: IEventBus, source: string): void {
    const conditions = { StringEquals: { 'events:source': source } };
    this.#allowIf(conditions, ['events:PutEvents'], bus.eventBusArn);
  }

  #allowIf(conditions: Record<string, unknown>, actions: string[], resource: string): void {
    this.lambda.addToRolePolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [resource], conditions }),
    );
  }
}
