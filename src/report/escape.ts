// Everything that comes from a build is hostile text until it is escaped for where it goes.

export { splitLines } from '../domain/lines.ts';

// eslint-disable-next-line no-control-regex -- ANSI sequences begin with the control character ESC
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// Control characters, line separators, and the marks that turn the direction of writing.
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- control characters are what it finds
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;
// eslint-disable-next-line no-control-regex -- ESC again
const COLOUR = /(\u001b\[[\d;]*m)/;
const NO_COLOUR = '\u001b[0m';
const MARKDOWN = /[\\`*_[\]|~]/g;
const BARE_ADDRESS = /:\/\/|\bwww\./gi;
const AT_THE_START = /^(?:[-+#=]|\d+(?=[.)]))/;
const NOT_OF_AN_ADDRESS = /[^\w\-.~:/?#@!$&*+,;=%]+/g;

/** One printable line of at most so many characters: no colours, controls or line breaks. */
export function oneLine(text: string, most = Infinity): string {
  const line = printable(text).trim();
  if (line.length <= most) return line;
  return `${line.slice(0, Math.max(0, most - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * A line for the log that cannot act on the runner: it takes `::command::` at the beginning of a line
 * and `##[command]` anywhere in it for a workflow command.
 */
export function logLine(text: string): string {
  return printable(text)
    .trimEnd()
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}

/**
 * A line of a build's log for the log of the runner: colours are kept, but it stands behind a bar, so
 * that it never begins with a workflow command.
 */
export function buildLogLine(text: string): string {
  const [plain = '', ...coloured] = text.split(COLOUR).map((part, index) => {
    const isColour = index % 2 === 1;
    return isColour ? part : printable(part);
  });
  const line = coloured.length === 0 ? plain : `${plain}${coloured.join('')}${NO_COLOUR}`;
  return `│ ${line.replaceAll('##[', '## [')}`;
}

/** Text for a place in HTML where Markdown does not reach, such as within `<pre>`. */
export function html(text: string): string {
  return printable(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Text within a line or table cell of GitHub-flavoured Markdown; nobody is mentioned by it. */
export function markdown(text: string, most = Infinity): string {
  return (
    oneLine(text, most)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(MARKDOWN, '\\$&')
      .replace(AT_THE_START, (mark) => (/\d/.test(mark) ? `${mark}&#8203;` : `\\${mark}`))
      .replace(/@/g, '@&#8203;')
      // GitHub would make a link of an address that stands in a text.
      .replace(BARE_ADDRESS, '<span>$&</span>')
      // A pair of dollars would be mathematics; this is how GitHub's documentation prevents it.
      .replaceAll('$', '<span>$</span>')
  );
}

/** A name in the type of code, safe in a table cell too. */
export function code(text: string, most = Infinity): string {
  return `<code>${markdown(text, most)}</code>`;
}

/** A link with a Markdown label; the label alone where there is no web address. */
export function link(label: string, url: string): string {
  if (!url.startsWith('https://')) return label;
  const target = url.toWellFormed().replace(NOT_OF_AN_ADDRESS, encodeFully);
  return `[${label}](${target})`;
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Parentheses and quotes too, which encodeURIComponent leaves alone. */
function encodeFully(text: string): string {
  return encodeURIComponent(text).replace(
    /[()']/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function printable(text: string): string {
  return text.replace(ANSI, '').replaceAll('\t', '    ').replace(UNPRINTABLE, ' ');
}
