import { textAt } from './event-path.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export interface InputTransformer {
  /** JSON paths into the event, by the names under which the template refers to them. */
  readonly InputPathsMap: Readonly<Record<string, string>>;
  /** A JSON object with `timestamp` and `message`, in which `<name>` stands for a value of the event. */
  readonly InputTemplate: string;
}

/** A rule's target that is a log group. */
export interface LogTarget {
  readonly transformer: InputTransformer;
}

/** The line that an event makes in the log group. */
export function lineOf({ transformer: { InputPathsMap, InputTemplate } }: LogTarget, event: unknown): string {
  // A placeholder outside a string stands for a whole value. Only the message is needed, which is a string.
  const template = InputTemplate.replaceAll(/:\s*<[^<>]+>/g, ':null');
  const { message } = JSON.parse(template) as { message: string };
  return message.replaceAll(
    /<([^<>]+)>/g,
    (_, name: string) => textAt(InputPathsMap[name] ?? '', event) ?? '',
  );
}
