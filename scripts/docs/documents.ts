import { createOpenApiDocument } from '../../contract/openapi/document.ts';
import { stageSettings } from '../../core/settings/stage-settings.ts';
import { drawBars } from './bar-plot.ts';
import { describeEventTypes } from './event-types.ts';
import { embedFigures, findPlot, findTimeline } from './performance.ts';
import { describeProblems } from './problems.ts';
import { embedReasons } from './reasons.ts';
import { embedRoutes } from './routes.ts';
import { describeSettings } from './settings.ts';
import { embedSnippets } from './snippets.ts';
import { describeStageFile } from './stage-schema.ts';
import { embedTelemetry } from './telemetry.ts';
import { drawTimeline } from './timeline-plot.ts';

/** The repository. Paths of documents are relative to it. */
export const root = new URL('../../', import.meta.url);

/** The default of a stage. The function adapts the document to its own stage (contract/openapi/stage-document.ts). */
const callbackTimeoutMs = stageSettings.callbackTimeoutMs.default;

/** By its path, how each document that derives from the sources is made from its current text. */
export const documents: Readonly<Record<string, (current: string) => string | Promise<string>>> = {
  'README.md': embedRoutes,
  'docs/event-types.md': describeEventTypes,
  'docs/problems.md': describeProblems,
  'docs/settings.md': describeSettings,
  'docs/stage.schema.json': describeStageFile,
  'docs/openapi.json': () => `${JSON.stringify(createOpenApiDocument(callbackTimeoutMs), null, 2)}\n`,
  'docs/integrating.md': (current) => embedSnippets(current, root),
  'docs/performance.md': (current) => embedFigures(current, root),
  'docs/performance/cpu-light.svg': () => drawBars(findPlot(root, 'cpu'), 'light'),
  'docs/performance/cpu-dark.svg': () => drawBars(findPlot(root, 'cpu'), 'dark'),
  'docs/performance/outage-light.svg': () => drawTimeline(findTimeline(root, 'outage'), 'light'),
  'docs/performance/outage-dark.svg': () => drawTimeline(findTimeline(root, 'outage'), 'dark'),
  'docs/runbook.md': (current) => embedReasons(embedTelemetry(current)),
};
