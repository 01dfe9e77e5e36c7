import { eventTypes } from '../core/events/event-catalog.ts';
import { shown } from './folders.ts';

/** The file that scripts read if no other is named. */
const usualOutputs = '.local/outputs.json';

/** Commands to copy into a second terminal. They name the run's outputs if the scripts would look elsewhere. */
export function suggestCommands(apiUrl: string, outputsFile: string): string[] {
  const outputs = shown(outputsFile);
  const publish = (...options: string[]) =>
    [
      'npm run publish --',
      eventTypes[0],
      ...options,
      ...(outputs === usualOutputs ? [] : [`--outputs ${quote(outputs)}`]),
    ].join(' ');
  return [
    publish('--set data.ticket.channel=instagram'),
    publish('--set data.ticket.number=many', '--unchecked'),
    `curl -s ${apiUrl}/events -H "authorization: Bearer $(${printOutput(outputs, 'ApiKey')})"`,
  ];
}

/** A command that prints a value of the local run's outputs. */
function printOutput(outputs: string, name: string): string {
  return `node -p 'require(process.argv[1]).Local.${name}' ${quote(outputs.startsWith('/') ? outputs : `./${outputs}`)}`;
}

/** For a shell, if it holds more than plain characters. */
function quote(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
