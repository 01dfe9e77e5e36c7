import { readFileSync } from 'node:fs';
import { type Node, RootConstruct } from 'constructs';
import type { Context } from './synthesized-template.ts';

/** The root of an app with this context and the feature flags of cdk.json, without the CDK, which takes long to load. */
export function contextNode(context: Context): Node {
  const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Context;
  };
  const { node } = new RootConstruct();
  for (const [name, value] of Object.entries({ ...flags, ...context })) node.setContext(name, value);
  return node;
}
