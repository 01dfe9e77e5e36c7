import { parse } from '@babel/parser';
import { type Node, VISITOR_KEYS } from '@babel/types';

/** One planted mistake: the text from `start` to `end`, in UTF-16 units, becomes `replacement`. */
export interface Mutant {
  readonly operator: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What a comparison, an operation or a call is mistaken for. */
const mistakenOperators: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
};
const mistakenMethods: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  some: 'every',
  every: 'some',
  floor: 'ceil',
  ceil: 'floor',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
};

type Change = readonly [operator: string, start: number, end: number, replacement: string];

/** All mistakes that the operators can plant in a TypeScript source. Types, imports and prose are left alone. */
export function mutantsOf(source: string): Mutant[] {
  const tree = parse(source, { sourceType: 'module', plugins: ['typescript'] });
  const mutants: Mutant[] = [];

  function visit(node: Node, parent: Node | undefined): void {
    if (isLeftAlone(node)) return;
    for (const [operator, start, end, replacement] of changesOf(node, source, parent)) {
      const line = source.slice(0, start).split('\n').length;
      mutants.push({ operator, line, start, end, replacement });
    }
    for (const child of childrenOf(node)) visit(child, node);
  }

  visit(tree.program, undefined);
  return mutants;
}

export function plant({ start, end, replacement }: Mutant, source: string): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

function isLeftAlone({ type }: Node): boolean {
  return type.startsWith('TS')
    ? !['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'].includes(type)
    : type === 'ImportDeclaration' || type === 'ExportAllDeclaration';
}

function childrenOf(node: Node): Node[] {
  return (VISITOR_KEYS[node.type] ?? [])
    .flatMap((key) => (node as unknown as Record<string, unknown>)[key])
    .filter((child): child is Node => typeof child === 'object' && child !== null);
}

type Changes<Type extends Node['type']> = (
  node: Extract<Node, { type: Type }>,
  source: string,
  parent: Node | undefined,
) => readonly Change[];

/** By the kind of node, the mistakes that can be made with it. */
const changesByType: { readonly [Type in Node['type']]?: Changes<Type> } = {
  IfStatement: ({ test }) => conditions(test),
  ConditionalExpression: ({ test }) => conditions(test),
  BinaryExpression: operatorsOf,
  LogicalExpression: operatorsOf,
  UnaryExpression: (node, source) =>
    node.operator === '!' ? [change('negation', node, textOf(node.argument, source))] : [],
  BooleanLiteral: (node) => [change('boolean', node, String(!node.value))],
  NumericLiteral: (node, _, parent) =>
    parent?.type === 'UnaryExpression' ? [] : [change('number', node, `(${node.value} + 1)`)],
  StringLiteral: (node, _, parent) =>
    isProse(node.value) || isName(node, parent) ? [] : [change('string', node, "'mutant'")],
  SpreadElement: ({ start, end }, source) => [['spread', start ?? 0, endWithComma(end ?? 0, source), '']],
  AwaitExpression: (node, source) => [change('await', node, textOf(node.argument, source))],
  CallExpression: methodsOf,
  ExpressionStatement: (node) => [change('statement', node, ';')],
  BlockStatement: ({ body }, source) => swaps(body, source),
  Program: ({ body }, source) => swaps(body, source),
};

function changesOf(node: Node, source: string, parent: Node | undefined): readonly Change[] {
  const changes = changesByType[node.type] as Changes<Node['type']> | undefined;
  return changes?.(node, source, parent) ?? [];
}

function conditions(test: Node): Change[] {
  return ['true', 'false'].map((value) => change('condition', test, value));
}

function operatorsOf(
  node: Extract<Node, { left: Node; right: Node; operator: string }>,
  source: string,
): Change[] {
  const [from, to] = [node.left.end ?? 0, node.right.start ?? 0];
  const start = from + source.slice(from, to).indexOf(node.operator);
  return (mistakenOperators[node.operator] ?? []).map(
    (mistaken) => ['operator', start, start + node.operator.length, mistaken] as const,
  );
}

function methodsOf({ callee }: Extract<Node, { type: 'CallExpression' }>): Change[] {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return [];
  const { property } = callee;
  const mistaken = Object.hasOwn(mistakenMethods, property.name) ? mistakenMethods[property.name] : undefined;
  return mistaken ? [change('method', property, mistaken)] : [];
}

/** Two calls that follow each other: what is written first matters after a crash. */
function swaps(body: readonly Node[], source: string): Change[] {
  return body.slice(1).flatMap((second, index) => {
    const first = body[index];
    if (first?.type !== 'ExpressionStatement' || second.type !== 'ExpressionStatement') return [];
    const swapped = `${textOf(second, source)}\n${textOf(first, source)}`;
    return [['order', first.start ?? 0, second.end ?? 0, swapped] as const];
  });
}

function change(operator: string, node: Node, replacement: string): Change {
  return [operator, node.start ?? 0, node.end ?? 0, replacement];
}

function textOf({ start, end }: Node, source: string): string {
  return source.slice(start ?? 0, end ?? 0);
}

function endWithComma(end: number, source: string): number {
  return end + (/^\s*,/.exec(source.slice(end))?.[0].length ?? 0);
}

/** Texts for people hold spaces. A test of their words would only repeat them. */
function isProse(text: string): boolean {
  return text.includes(' ');
}

function isName(node: Node, parent: Node | undefined): boolean {
  return parent?.type === 'ObjectProperty' && parent.key === node;
}
