import type { WireProxy } from '../../bench/wire-proxy.ts';
import type { StackTemplate } from '../../local/cloud-assembly.ts';
import { awsAccount, region } from '../../local/intrinsics.ts';
import { queueArn, readResources } from '../../local/resources.ts';

/** What a function asked of AWS, as IAM sees it. */
export interface AwsRequest {
  /** The name of the function. */
  readonly caller: string;
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** The values of IAM's condition keys. One that is absent has no value. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** One action on one resource that the template lets a function do, under conditions. */
export interface Permission {
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Conditions;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

const leadingKeys = 'dynamodb:LeadingKeys';

/** Everything that the roles of the functions are allowed. */
export function permissionsOf(stacks: readonly StackTemplate[]): Permission[] {
  const resources = readResources(stacks, { sqsUrl: 'http://127.0.0.1', portalUrl: 'http://127.0.0.1:2' });
  const functions = new Map(
    resources
      .ofType('AWS::Lambda::Function')
      .map(({ ref, properties }) => [String(properties['Role']).split(':').at(-1) ?? '', ref]),
  );
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => resources.ofType(type));
  return policies.flatMap(({ properties }) => {
    const { Roles, PolicyDocument } = properties as unknown as {
      readonly Roles: string[];
      readonly PolicyDocument: { readonly Statement: Statement[] };
    };
    return Roles.flatMap((role) =>
      PolicyDocument.Statement.flatMap((statement) => permissionsBy(statement, functions.get(role) ?? role)),
    );
  });
}

function permissionsBy(
  { Effect, Action, Resource, Condition = {} }: Statement,
  caller: string,
): Permission[] {
  if (Effect !== 'Allow') throw new Error('a statement that denies is not understood here');
  return [Action].flat().flatMap((action) =>
    [Resource].flat().map((resource) => ({
      caller,
      action,
      resource,
      conditions: Condition,
    })),
  );
}

/**
 * By the rules of IAM for what our statements say. Throws for anything else.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function allows(permission: Permission, request: AwsRequest): boolean {
  const { caller, action, resource, conditions } = permission;
  return (
    caller === request.caller &&
    action === request.action &&
    resource === request.resource &&
    Object.entries(conditions).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, [wanted].flat(), request.context[key])),
    )
  );
}

/** What of a permission none of the requests needed: all of it, or some of the patterns for keys. */
export function unusedOf(permission: Permission, requests: readonly AwsRequest[]): string[] {
  const { caller, action, resource, conditions } = permission;
  const allowed = requests.filter((request) => allows(permission, request));
  const patterns = [conditions['ForAllValues:StringLike']?.[leadingKeys] ?? []].flat();
  const name = `${caller}: ${action} on ${resource}`;
  if (patterns.length === 0) {
    const keys = Object.values(conditions['ForAllValues:StringEquals'] ?? {}).flat();
    return allowed.length > 0 ? [] : [[name, ...keys].join(' ')];
  }
  const used = allowed.flatMap(({ context }) => context[leadingKeys] ?? []);
  return patterns
    .filter((pattern) => !used.some((key) => isLike(pattern, key)))
    .map((pattern) => `${name} ${pattern}`);
}

function holds(operator: string, wanted: readonly string[], given: readonly string[] | undefined): boolean {
  switch (operator) {
    case 'Null':
      return wanted.every((isAbsent) => (given === undefined) === (isAbsent === 'true'));
    case 'ForAllValues:StringEquals':
      return (given ?? []).every((value) => wanted.includes(value));
    case 'ForAllValues:StringLike':
      return (given ?? []).every((value) => wanted.some((pattern) => isLike(pattern, value)));
    default:
      throw new Error(`the condition ${operator} is not understood here`);
  }
}

function isLike(pattern: string, value: string): boolean {
  if (!/^[^*?]+\*$/.test(pattern)) throw new Error(`the pattern ${pattern} is not understood here`);
  return value.startsWith(pattern.slice(0, -1));
}

type Call = WireProxy['calls'][number];

/** What IAM is asked for a call; a batch is one request for each table. */
export function requestsOf(service: 'sqs' | 'table' | 'kms', call: Call): AwsRequest[] {
  if (service === 'sqs') return [sqsRequest(call)];
  if (service === 'kms') return [kmsRequest(call)];
  return tableRequests(call);
}

function sqsRequest({ caller, operation, input }: Call): AwsRequest {
  const resource = queueArn(String(input.QueueUrl ?? input.QueueName));
  // A batch needs the permission of its messages.
  return { caller, action: `sqs:${operation.replace(/Batch$/, '')}`, resource, context: {} };
}

function kmsRequest({ caller, operation, input }: Call): AwsRequest {
  const encryptionContext = Object.entries((input.EncryptionContext ?? {}) as Record<string, string>);
  return {
    caller,
    action: `kms:${operation}`,
    resource: `arn:aws:kms:${region}:${awsAccount}:key/${input.KeyId}`,
    context: {
      ...Object.fromEntries(
        encryptionContext.map(([name, value]) => [`kms:EncryptionContext:${name}`, [value]]),
      ),
      ...(encryptionContext.length > 0
        ? { 'kms:EncryptionContextKeys': encryptionContext.map(([name]) => name) }
        : {}),
    },
  };
}

function tableRequests({ caller, operation, input }: Call): AwsRequest[] {
  const tables = input.RequestItems
    ? Object.entries(input.RequestItems as Record<string, unknown>)
    : [[String(input.TableName), input] as const];
  return tables.map(([tableName, named]) => {
    const index = input.IndexName ? `/index/${input.IndexName}` : '';
    const keys = [...new Set(keysIn(named))];
    const context: AwsRequest['context'] = keys.length > 0 ? { [leadingKeys]: keys } : {};
    return {
      caller,
      action: `dynamodb:${operation}`,
      resource: `arn:aws:dynamodb:${region}:${awsAccount}:table/${tableName}${index}`,
      context,
    };
  });
}

interface NamedItems {
  readonly Key?: { readonly pk: { readonly S: string } };
  readonly Item?: { readonly pk: { readonly S: string } };
  readonly Keys?: readonly { readonly pk: { readonly S: string } }[];
  readonly PutRequest?: NamedItems;
  readonly DeleteRequest?: NamedItems;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
}

/** The partition keys that a request names: of an item, of a query, or of a batch. */
function keysIn(named: unknown): string[] {
  if (Array.isArray(named)) return named.flatMap(keysIn);
  const { Key, Item, Keys = [], PutRequest, DeleteRequest, ...query } = named as NamedItems;
  const items = [Key, Item, ...Keys].flatMap((item) => item?.pk.S ?? []);
  const nested = [PutRequest, DeleteRequest].flatMap((request) => (request ? keysIn(request) : []));
  const [, variable = ''] = /^\w+ = (:\w+)/.exec(query.KeyConditionExpression ?? '') ?? [];
  const { S, N } = query.ExpressionAttributeValues?.[variable] ?? {};
  return [...items, ...nested, ...[S ?? N ?? []].flat()];
}
