// Every text from a build is hostile until it is escaped for its outlet.

import { cutMiddle } from './cut-middle.ts';
import { percentEncode } from './percent-encode.ts';

/** Characters of one message: the runner cuts an annotation after 4,096. */
export const LONGEST_MESSAGE = 4000;
/** The longest console URLs contain an S3 key: 1,024 bytes (S3 user guide) of three characters each. */
const MAX_URL_LENGTH = 8000;

// oxlint-disable-next-line no-control-regex -- ANSI sequences begin with the control character ESC
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// Control characters, line separators, marks that change the text direction, and blank characters.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]+/gu;
// oxlint-disable-next-line no-control-regex -- ESC again
const COLOR = /(\u001b\[[\d;]*m)/;
const NO_COLOR = '\u001b[0m';
// The syntax of Markdown and HTML, mentions, dollars (mathematics), and what GitHub links automatically:
// URLs and issue numbers.
const SPECIAL = /[\\`*_[\]|~&<>@$]|:\/\/|www(?=\.)|#(?=\d)|\bgh-(?=\d)/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '@': '@&#8203;',
};
const WITH_A_BACKSLASH = /^[\\`*_[\]|~]/;
const AT_THE_START = /^(?:[-+#=]|\d+(?=[.)]))/;
/** A word that is too long for a column. */
const LONG_WORD = /\S{21,}/gu;
/** The beginning of such a word, up to a separator if there is one, before more of it. */
const PIECE = /.{0,19}[-/\\.:;,=&?_]{1,30}(?=[\p{L}\p{N}].{7})|.{20}(?=.)/gu;
/** Marks a break until the text is escaped: `oneLine` leaves no control character in it. */
const BREAK = '\u0000';
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/;
const LINE_BREAK_AT_END = /(?:\r\n|[\n\r\u0085\u2028\u2029])$/;
const NOT_OF_A_URL = /[^\w\-.~:/?#@!$&*+,;=%]+/g;

/** The lines of a text, with any kind of line break, without an empty last one. */
export function splitLines(text: string): string[] {
  return text.replace(LINE_BREAK_AT_END, '').split(LINE_BREAK);
}

/** One printable line of at most so many characters: no colors, controls or line breaks. */
export function oneLine(text: string, most = Infinity): string {
  return cutMiddle(printable(text).trim(), most);
}

/**
 * A line for the log that is no workflow command: the runner takes `::command::` at the beginning of a
 * line and `##[command]` anywhere in it for one.
 */
export function logLine(text: string): string {
  return cutMiddle(printable(text).trimEnd(), LONGEST_MESSAGE)
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}

/**
 * A line of a build's log for the log of the runner. It keeps its colors unless it is too long. A bar
 * stands before it, so that it never begins with a workflow command.
 */
export function buildLogLine(text: string): string {
  if (text.length > LONGEST_MESSAGE) return `│ ${logLine(text)}`;
  const [plain = '', ...colored] = text.split(COLOR).map((part, index) => {
    const isColor = index % 2 === 1;
    return isColor ? part : printable(part);
  });
  const line = colored.length === 0 ? plain : `${plain}${colored.join('')}${NO_COLOR}`;
  return `│ ${line.replaceAll('##[', '## [')}`;
}

/** Text for HTML that is not parsed as Markdown, such as in `<pre>`. */
export function html(text: string): string {
  return printable(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Text in a line or table cell of GitHub-flavored Markdown, without links and mentions. */
export function markdown(text: string, most = Infinity): string {
  return escapeMarks(oneLine(text, most));
}

/**
 * The same for a table cell: a long word, such as a path, may break at `<wbr>`, so that it does not widen
 * the table. Copied text does not contain the break.
 */
export function breakable(text: string, most = Infinity): string {
  const line = oneLine(text, most).replace(LONG_WORD, (word) => word.replace(PIECE, `$&${BREAK}`));
  return escapeMarks(line).replaceAll(BREAK, '<wbr>');
}

function escapeMarks(line: string): string {
  return line
    .replace(SPECIAL, escapeMark)
    .replace(AT_THE_START, (mark) => (/\d/.test(mark) ? `${mark}&#8203;` : `\\${mark}`));
}

/** An element around them breaks a URL, and separates a dollar from its pair. */
function escapeMark(mark: string): string {
  return ENTITIES[mark] ?? (WITH_A_BACKSLASH.test(mark) ? `\\${mark}` : `<span>${mark}</span>`);
}

/** A name as inline code, safe in a table cell too. */
export function code(text: string, most = Infinity): string {
  return `<code>${breakable(text, most)}</code>`;
}

/**
 * A Markdown link.
 *
 * @param label Markdown
 * @param url any text
 * @returns the label alone if the URL is not `https://`, or too long
 */
export function link(label: string, url: string): string {
  if (!url.startsWith('https://')) return label;
  const target = url.toWellFormed().replace(NOT_OF_A_URL, (part) => percentEncode(part, /[()']/g));
  return target.length > MAX_URL_LENGTH ? label : `[${label}](${target})`;
}

/** The length of a text in UTF-8, in bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * A text as it is shown: without colors, with a space in place of control characters, and with a
 * replacement character in place of half a character.
 */
export function printable(text: string): string {
  return text.replace(ANSI, '').replaceAll('\t', '    ').replace(UNPRINTABLE, ' ').toWellFormed();
}
