import { stripVTControlCharacters } from 'node:util';
import { foldTitle } from './markdown.ts';
import { paint, type Style, type Terminal } from './terminal.ts';

/** Workflow commands whose messages a runner shows. It hides all others, `debug` among them. */
const SHOWN = new Map<string, { readonly label: string; readonly style: Style }>([
  ['error', { label: 'Error', style: 'red' }],
  ['warning', { label: 'Warning', style: 'yellow' }],
  ['notice', { label: 'Notice', style: 'cyan' }],
]);
const COMMAND = /^::([\w-]+)(?: [^:]*)?::(.*)$/;

/**
 * Shows a step's output as the log of a workflow run does: groups as open folds, annotations with a
 * label, and without the commands to the runner.
 *
 * @returns a function that formats one line, or returns null if it is not shown
 */
export function runnerLog(terminal: Terminal): (line: string) => string | null {
  let indent = '';
  return (line) => {
    const [, command, data = ''] = COMMAND.exec(line) ?? [];
    if (command === undefined) {
      return indent + (terminal.hasColors ? line : stripVTControlCharacters(line));
    }
    const message = unescape(data);
    if (command === 'endgroup') indent = '';
    if (command === 'group') {
      indent = '  ';
      return foldTitle(message, terminal);
    }
    const shown = SHOWN.get(command);
    return shown === undefined
      ? null
      : indent + paint(terminal, shown.style, `${shown.label}: ${message}`);
  };
}

/** Undoes the escaping of @actions/core. */
function unescape(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
