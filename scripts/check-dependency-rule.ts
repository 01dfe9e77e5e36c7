import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { forbiddenModules } from './forbidden-modules.ts';
import { createScratchCopy } from './scratch-copy.ts';

/**
 * Plants forbidden imports in a scratch copy and fails unless oxlint, with the repository's own configuration,
 * reports each of them: a pattern that oxlint cannot use sees nothing, and says nothing.
 */

const rules = [
  'eslint(no-restricted-imports)',
  'typescript(consistent-type-imports)',
  'import(no-cycle)',
  'eslint(no-restricted-globals)',
  'eslint(no-restricted-properties)',
] as const;
type Rule = (typeof rules)[number];

/** The ways to name another module, each with the rule that sees it. */
const forms: { name: string; rule: Rule; code: (module: string) => string }[] = [
  {
    name: 'a static import',
    rule: 'eslint(no-restricted-imports)',
    code: (module) => `import * as planted from '${module}';\nexport const seen = planted;\n`,
  },
  {
    name: 'a type-only import',
    rule: 'eslint(no-restricted-imports)',
    code: (module) => `import type * as planted from '${module}';\nexport type Seen = typeof planted;\n`,
  },
  {
    name: 'a re-export',
    rule: 'eslint(no-restricted-imports)',
    code: (module) => `export * from '${module}';\n`,
  },
  {
    name: 'a dynamic import',
    rule: 'eslint(no-restricted-imports)',
    code: (module) => `export const seen = () => import('${module}');\n`,
  },
  {
    // Not seen by no-restricted-imports, hence forbidden whatever it names.
    name: 'an import within a type',
    rule: 'typescript(consistent-type-imports)',
    code: (module) => `export type Seen = typeof import('${module}');\n`,
  },
];

interface Plant {
  readonly file: string;
  readonly code: string;
  readonly rule: Rule;
  readonly description: string;
}

function planForbiddenImports(): Plant[] {
  return Object.entries(forbiddenModules).flatMap(([folder, modules]) =>
    modules.flatMap((module, place) =>
      forms.map(({ name, rule, code }, form) => ({
        file: `${folder}/planted-${place}-${form}.ts`,
        code: code(module),
        rule,
        description: `${folder} importing ${module} by ${name}`,
      })),
    ),
  );
}

/** The same without an import: what the runtime has of itself. */
const networkCalls: { code: string; rule: Rule }[] = [
  { code: "fetch('https://example.com')", rule: 'eslint(no-restricted-globals)' },
  { code: "new WebSocket('wss://example.com')", rule: 'eslint(no-restricted-globals)' },
  { code: "new EventSource('https://example.com')", rule: 'eslint(no-restricted-globals)' },
  { code: "globalThis.fetch('https://example.com')", rule: 'eslint(no-restricted-properties)' },
  { code: "new globalThis.WebSocket('wss://example.com')", rule: 'eslint(no-restricted-properties)' },
  { code: "process.getBuiltinModule('node:net')", rule: 'eslint(no-restricted-properties)' },
];

/** Here, the linter forbids `process` altogether. */
const pureFolders = ['core', 'contract'];

function planNetworkCalls(): Plant[] {
  return ['core', 'contract', 'adapters', 'functions', 'functions/api'].flatMap((folder) =>
    networkCalls
      .filter(({ code }) => !pureFolders.includes(folder) || !code.startsWith('process'))
      .map(({ code, rule }, place) => ({
        file: `${folder}/planted-call-${place}.ts`,
        code: `export const seen = () => ${code};\n`,
        rule,
        description: `${folder} calling ${code}`,
      })),
  );
}

/** Two files that import each other. */
function planCycle(kind: string, code: (other: string) => string): Plant[] {
  const names = [`cycle-by-${kind}-one.ts`, `cycle-by-${kind}-other.ts`] as const;
  return names.map((name) => ({
    file: `core/${name}`,
    code: code(`./${name === names[0] ? names[1] : names[0]}`),
    rule: 'import(no-cycle)',
    description: `a cycle of two files by ${kind}, in ${name}`,
  }));
}

/** `file rule` of each finding; what other rules find is for `npm run lint` to report. */
function lint(folder: string): Set<string> {
  const oxlint = join(folder, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  try {
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
    const findings = diagnostics.filter(({ code }) => rules.some((rule) => rule === code));
    return new Set(findings.map(({ filename, code }) => `${filename.replaceAll('\\', '/')} ${code}`));
  } catch (cause) {
    throw new Error(`oxlint gave no report: ${stderr || stdout}`, { cause });
  }
}

/** A new folder must not escape the rule by being unknown to it. */
function foldersWithoutRule(folder: string): string[] {
  const sources = globSync('*/**/*.ts', { cwd: folder, exclude: ['node_modules', 'test'] });
  const folders = sources.map((file) => file.replaceAll('\\', '/').split('/').slice(0, -1).join('/'));
  return [...new Set(folders)].filter((name) => !(name in forbiddenModules));
}

/** Not seen by no-restricted-imports where it allows some names of a module: here nothing imports at run time. */
function dynamicImports(folder: string): string[] {
  const files = globSync('{core,contract,adapters,functions}/**/*.ts', { cwd: folder });
  return files.filter((file) => /\bimport\(/.test(readFileSync(join(folder, file), 'utf8')));
}

const plants = [
  ...planForbiddenImports(),
  ...planNetworkCalls(),
  ...planCycle(
    'value',
    (other) => `import * as planted from '${other}';\nexport const seen = () => planted;\n`,
  ),
  ...planCycle('type', (other) => `import type { Seen } from '${other}';\nexport type { Seen };\n`),
];
const copy = createScratchCopy();
try {
  const problems = foldersWithoutRule(copy.folder).map(
    (name) => `${name}/ has no rule on what it may import`,
  );
  problems.push(...[...lint(copy.folder)].map((finding) => `reported without a plant: ${finding}`));

  problems.push(...dynamicImports(copy.folder).map((file) => `${file} imports at run time`));
  for (const { file, code } of plants) {
    mkdirSync(dirname(join(copy.folder, file)), { recursive: true });
    writeFileSync(join(copy.folder, file), code);
  }
  const findings = lint(copy.folder);
  const unseen = plants.filter(({ file, rule }) => !findings.has(`${file} ${rule}`));
  if (dynamicImports(copy.folder).length === 0) problems.push('no planted import at run time is reported');
  problems.push(...unseen.map(({ description, rule }) => `not reported by ${rule}: ${description}`));

  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`dependency rule: each of ${plants.length} planted imports and calls is reported`);
} finally {
  copy.remove();
}
