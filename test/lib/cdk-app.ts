import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import type { EventTypeEntry } from '../../lib/event-queues.ts';
import { createStacks, type StackOptions } from '../../lib/stacks.ts';
import type { Context, RawTemplate, SynthesizedStack } from './synthesized-template.ts';

Object.assign(process.env, {
  // CloudFormation's own rules take seconds to load. `npm run check` holds the templates to them.
  CDK_VALIDATION: 'false',
  // Stacks are kept by what their sources hold, whichever commit that was.
  COMMIT: 'local',
});

/** Where apps that a test does not synthesize would put their output: one folder, however many there are. */
const unusedOutput = join(tmpdir(), 'iomnihub-webhooks-unused');

/** What is deployed, with the feature flags of cdk.json, but without bundling the functions. */
export function createApp(context: Context = {}, outdir = unusedOutput): App {
  const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Context;
  };
  return new App({
    outdir,
    // No test reads the tree, or where a construct was created; both take long to write down.
    treeMetadata: false,
    context: {
      ...flags,
      ...context,
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:disable-creation-stack-traces': true,
    },
  });
}

export function synthesizeStacks(context: Context, options: StackOptions = {}): SynthesizedStack[] {
  return inTemporaryFolder((outdir) => {
    const app = createApp(context, outdir);
    createStacks(app, options);
    return app.synth().stacks.map(({ stackName, template, terminationProtection }) => ({
      stack: stackName.split('-').at(-1) ?? stackName,
      template: template as RawTemplate,
      terminationProtection: terminationProtection === true,
    }));
  });
}

/** Synthesizes as bin/app.ts does, and reads what the AwsSolutions rules say from the report. */
export function awsRulesOn(
  context: Context,
  change: (app: App) => unknown = () => {},
  catalog: readonly EventTypeEntry[] = eventCatalog,
) {
  return inTemporaryFolder((outdir) => {
    const app = createApp(context, outdir);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    createStacks(app, { catalog });
    change(app);
    // The rules read a property that is deprecated, and findings are printed for a person to read.
    const printed = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'error')];
    for (const print of printed) print.mockImplementation(() => {});
    let stopped = false;
    try {
      app.synth();
    } catch {
      stopped = true;
    } finally {
      for (const print of printed) print.mockRestore();
    }
    const { pluginReports } = JSON.parse(
      readFileSync(join(outdir, 'validation-report.json'), 'utf8'),
    ) as ValidationReport;
    return {
      stopped,
      broken: pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName)),
      acknowledged: pluginReports.flatMap(({ suppressedViolations }) => suppressedViolations),
    };
  });
}

interface ValidationReport {
  readonly pluginReports: {
    readonly violations: { readonly ruleName: string }[];
    readonly suppressedViolations: { readonly ruleName: string; readonly acknowledgedAt: string }[];
  }[];
}

export function inTemporaryFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'iomnihub-webhooks-synth-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
