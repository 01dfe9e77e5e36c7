import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import type { EventTypeEntry } from '../../lib/event-queues.ts';
import type { StackOptions } from '../../lib/stacks.ts';
import { keepAssembly } from '../../local/assembly-cache.ts';
import { assembliesFolder, fingerprint } from '../../local/synthesis.ts';
import type { ResourceProperties, ResourceType } from './resource-properties.ts';

/**
 * The templates of all stacks as one list of resources, in which every reference is text: `Delivery.Queue123` for a
 * Ref, `Delivery.Queue123.Arn` for an attribute, also across stacks, and `${AWS::AccountId}` for a pseudo parameter.
 */
export class Template {
  readonly resources: readonly Resource[];
  /** By stack: whether CloudFormation refuses to delete it. */
  readonly terminationProtection: Readonly<Record<string, boolean>>;

  /** Of all stacks, but for what they export to each other. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** By stack, as CloudFormation gets them. */
  readonly raw: readonly { readonly stack: string; readonly template: RawTemplate }[];

  constructor({
    resources,
    terminationProtection,
    outputs,
    raw,
  }: Pick<Template, 'resources' | 'terminationProtection' | 'outputs' | 'raw'>) {
    this.resources = resources;
    this.terminationProtection = terminationProtection;
    this.outputs = outputs;
    this.raw = raw;
  }

  of<Type extends ResourceType>(type: Type): Resource<Type>[] {
    return this.resources.filter((resource): resource is Resource<Type> => resource.type === type);
  }

  /** The resource behind a Ref or its ARN; throws if the template has none of that type. */
  get<Type extends ResourceType>(type: Type, reference: string | undefined): Resource<Type> {
    const found = this.of(type).find(({ ref, arn }) => ref === reference || arn === reference);
    if (!found) throw new Error(`the template has no ${type} ${reference}`);
    return found;
  }
}

export interface Resource<Type extends ResourceType = ResourceType> {
  readonly stack: string;
  readonly type: Type;
  readonly ref: string;
  readonly arn: string;
  readonly properties: ResourceProperties[Type];
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

export interface RawTemplate {
  readonly Description?: string;
  readonly Resources: Record<string, RawResource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
  readonly Parameters?: Record<string, unknown>;
  readonly Mappings?: Record<string, unknown>;
}

interface RawResource {
  readonly Type: ResourceType;
  readonly Properties?: unknown;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type Context = Readonly<Record<string, unknown>>;

/** As many as a help desk may ever have, most of them with a long identifier. */
export const sixtyEventTypes: readonly EventTypeEntry[] = [
  ...eventCatalog,
  ...Array.from({ length: 60 - eventCatalog.length }, (_, index) => ({
    type: `conversation.took-a-turn-${String(index).padStart(3, '0')}`,
    name: `Conversation Took A Turn ${index}`,
  })),
];

/** A stack as the CDK app writes it. */
export interface SynthesizedStack {
  readonly stack: string;
  readonly template: RawTemplate;
  readonly terminationProtection: boolean;
}

/** The templates of a context; with options, they are made anew each time. */
export async function synthesize(context: Context = {}, options?: StackOptions): Promise<Template> {
  return readTemplate(options ? await synthesizeStacks(context, options) : await keptStacks(context));
}

/** Suites share these for as long as no source changes: to load the CDK alone takes each of them seconds. */
const stacksFolder = join(assembliesFolder, '../templates');
const stacksFile = 'stacks.json';
const appFile = new URL('cdk-app.ts', import.meta.url);

async function keptStacks(context: Context): Promise<SynthesizedStack[]> {
  for (;;) {
    const key = await keyOf(context);
    const kept = await keepAssembly(stacksFolder, key, async (unfinished) => {
      const stacks = await synthesizeStacks(context);
      await writeFile(join(unfinished, stacksFile), JSON.stringify(stacks));
      return (await keyOf(context)) === key;
    });
    if (kept)
      return JSON.parse(await readFile(join(kept.assembly, stacksFile), 'utf8')) as SynthesizedStack[];
  }
}

async function keyOf(context: Context): Promise<string> {
  return fingerprint({ context, app: await readFile(appFile, 'utf8') });
}

async function synthesizeStacks(context: Context, options?: StackOptions): Promise<SynthesizedStack[]> {
  const app = await import('./cdk-app.ts');
  return app.synthesizeStacks(context, options);
}

function readTemplate(templates: readonly SynthesizedStack[]): Template {
  const queueArns = arnsByName(templates);
  const exports = new Map(
    templates.flatMap(({ stack, template }) =>
      Object.values(template.Outputs ?? {}).flatMap(({ Value, Export }) =>
        Export
          ? [[Export.Name, String(asText(Value, { stack, exports: new Map(), queueArns }))] as const]
          : [],
      ),
    ),
  );
  const resources = templates.flatMap(({ stack, template }) =>
    Object.entries(template.Resources).map(([id, resource]) =>
      readResource(id, resource, { stack, exports, queueArns }),
    ),
  );
  const outputs = templates.flatMap(({ stack, template }) =>
    Object.entries(template.Outputs ?? {})
      .filter(([, { Export }]) => !Export)
      .map(([name, { Value }]) => [name, asText(Value, { stack, exports, queueArns })]),
  );
  return new Template({
    resources,
    terminationProtection: Object.fromEntries(
      templates.map((each) => [each.stack, each.terminationProtection]),
    ),
    outputs: Object.fromEntries(outputs) as Record<string, unknown>,
    raw: templates,
  });
}

/** CloudFormation takes a single element without its array. */
export function listOf<Element>(value: Element | readonly Element[] | undefined): readonly Element[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Element];
}

interface References {
  readonly stack: string;
  readonly exports: ReadonlyMap<string, string>;
  /** The ARNs of queues that another stack finds by name. */
  readonly queueArns: ReadonlyMap<string, string>;
}

function arnsByName(templates: readonly { stack: string; template: RawTemplate }[]): Map<string, string> {
  return new Map(
    templates.flatMap(({ stack, template }) =>
      Object.entries(template.Resources)
        .filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
        .map(([id, { Properties }]) => {
          const { QueueName } = Properties as { QueueName: string };
          return [
            `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${QueueName}`,
            `${stack}.${id}.Arn`,
          ];
        }),
    ),
  );
}

function readResource(id: string, resource: RawResource, references: References): Resource {
  const { stack } = references;
  return {
    stack,
    type: resource.Type,
    ref: `${stack}.${id}`,
    arn: `${stack}.${id}.Arn`,
    properties: asText(resource.Properties, references) ?? {},
    deletionPolicy: resource.DeletionPolicy,
    updateReplacePolicy: resource.UpdateReplacePolicy,
  };
}

/** Replaces intrinsic functions by text, at any depth; throws at one that it does not know. */
function asText(value: unknown, references: References): unknown {
  if (Array.isArray(value)) return value.map((element) => asText(element, references));
  if (typeof value !== 'object' || value === null) return value;
  const [entry, ...more] = Object.entries(value);
  if (entry && more.length === 0) {
    const [name, argument] = entry;
    if (name === 'Ref') return refText(argument as string, references.stack);
    if (name === 'Fn::GetAtt') return `${references.stack}.${(argument as string[]).join('.')}`;
    if (name === 'Fn::Sub') return argument;
    if (name === 'Fn::ImportValue') return references.exports.get(argument as string);
    if (name === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      const joined = (asText(parts, references) as string[]).join(separator);
      return references.queueArns.get(joined) ?? joined;
    }
    if (name.startsWith('Fn::')) throw new Error(`unknown intrinsic function ${name}`);
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asText(part, references)]));
}

function refText(id: string, stack: string): string {
  return id.startsWith('AWS::') ? `\${${id}}` : `${stack}.${id}`;
}
