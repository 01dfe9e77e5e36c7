import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** What `cdk deploy --outputs-file` and `npm start` write: outputs by stack, and the endpoints of a local run. */
export interface StageOutputs {
  readonly eventBusName: string;
  readonly apiUrl: string | undefined;
  readonly tableName: string | undefined;
  readonly retentionDays: number;
  readonly local: LocalOutputs | undefined;
}

const localSchema = z.object({
  EventsEndpoint: z.url(),
  SqsEndpoint: z.url(),
  DynamoDbEndpoint: z.url(),
  /** Of the demo, which has these two. */
  AccountId: z.string().optional(),
  ApiKey: z.string().optional(),
});
export type LocalOutputs = z.output<typeof localSchema>;

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** Every error is one sentence that says what to do about it. */
export async function readOutputs(file: string): Promise<StageOutputs> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`;
    throw problem(file, reason, error);
  });
  const { success, data } = outputsSchema.safeParse(parseJson(file, text));
  if (!success) throw problem(file, 'it holds no outputs of stacks');
  const { Local, ...stacks } = data;
  const outputs = Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
  const { EventBusName, ApiUrl, TableName, RetentionDays } = outputs;
  if (!EventBusName) throw problem(file, 'it holds no EventBusName');
  const local = localSchema.optional().safeParse(Local);
  if (!local.success) throw problem(file, 'its endpoints of the local run are damaged');
  return {
    eventBusName: EventBusName,
    apiUrl: ApiUrl,
    tableName: TableName,
    retentionDays: Number(RetentionDays),
    local: local.data,
  };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem(file, 'it is not JSON', error);
  }
}

function problem(file: string, reason: string, cause?: unknown): Error {
  const whoWritesIt = 'npm start writes it while it runs, and cdk deploy with --outputs-file';
  return new Error(`--outputs ${file}: ${reason}; ${whoWritesIt}`, { cause });
}
