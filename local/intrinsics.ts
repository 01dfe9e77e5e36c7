import type { StackTemplate } from './cloud-assembly.ts';

/** The names of a resource that exists: `Ref`, and every attribute that `Fn::GetAtt` may read. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export const region = 'us-east-1';
export const awsAccount = '000000000000';

const pseudoParameters: Record<string, string> = {
  'AWS::AccountId': awsAccount,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::URLSuffix': 'localhost',
};

export type Resolve = (value: unknown, stack: StackTemplate) => unknown;

/**
 * Evaluates intrinsic functions as CloudFormation does on deployment. Throws for an unknown one, because a template
 * must not seem to run here if it means something else.
 */
export function createResolver(
  stacks: readonly StackTemplate[],
  identify: (logicalId: string, stack: StackTemplate) => Identity,
  /** Changes what Fn::Join has joined. */
  correct = (text: string) => text,
): Resolve {
  function resolve(value: unknown, stack: StackTemplate): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(item, stack));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name && (name === 'Ref' || name.startsWith('Fn::'))) {
      return evaluate(name, argument, stack);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, stack)]));
  }

  function evaluate(name: string, argument: unknown, stack: StackTemplate): unknown {
    switch (name) {
      case 'Ref':
        return refOf(String(argument), stack);
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = argument as [string, string];
        return attributeOf(logicalId, attribute, stack);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return correct(parts.map((part) => String(resolve(part, stack))).join(separator));
      }
      case 'Fn::Sub':
        return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, variable: string) => {
          const [logicalId = '', attribute] = variable.split('.');
          return attribute ? attributeOf(logicalId, attribute, stack) : refOf(logicalId, stack);
        });
      case 'Fn::ImportValue':
        return importValue(String(resolve(argument, stack)));
      default:
        throw new Error(`the local run does not support the intrinsic function ${name}`);
    }
  }

  function refOf(name: string, stack: StackTemplate): string {
    return pseudoParameters[name] ?? identify(name, stack).ref;
  }

  function attributeOf(logicalId: string, attribute: string, stack: StackTemplate): string {
    const value = identify(logicalId, stack).attributes[attribute];
    if (value === undefined)
      throw new Error(`the local run does not support the attribute ${logicalId}.${attribute}`);
    return value;
  }

  function importValue(name: string): unknown {
    for (const stack of stacks) {
      for (const { Value, Export } of Object.values(stack.outputs)) {
        if (Export && resolve(Export.Name, stack) === name) return resolve(Value, stack);
      }
    }
    throw new Error(`no stack exports ${name}`);
  }

  return resolve;
}
