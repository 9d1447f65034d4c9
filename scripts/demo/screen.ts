import { formatMarkdown } from './markdown.ts';
import { paint, type Terminal } from './terminal.ts';
import { pad, widthOf, wrap } from './wrap.ts';

/** Lines that a value in a list may take. */
const MAX_VALUE_LINES = 3;

/** What the demo prints, in sections. */
export interface Screen {
  /** Begins a section. */
  readonly title: (text: string) => void;
  /** Prints a section of Markdown. */
  readonly show: (title: string, markdown: string) => void;
  /** Prints names and values in two columns. Long values are cut. */
  readonly list: (entries: Iterable<readonly [string, string]>) => void;
}

/** @param print prints some lines and ends the last */
export function openScreen(terminal: Terminal, print: (text: string) => void): Screen {
  const title = (text: string): void => {
    const rule = '─'.repeat(Math.max(0, terminal.columns - widthOf(text) - 4));
    print(`\n${paint(terminal, ['bold', 'cyan'], `── ${text} ${rule}`)}\n`);
  };
  return {
    title,
    show: (text, markdown) => {
      title(text);
      print(formatMarkdown(markdown, terminal));
    },
    list: (entries) => {
      const all = [...entries];
      const width = 2 + Math.max(0, ...all.map(([name]) => widthOf(name)));
      for (const [name, value] of all) {
        const lines = wrap(value, terminal.columns - width - 1);
        const last = lines.length > MAX_VALUE_LINES ? '…' : '';
        print(
          paint(terminal, 'bold', pad(name, width)) +
            lines.slice(0, MAX_VALUE_LINES).join(`\n${' '.repeat(width)}`) +
            last,
        );
      }
    },
  };
}
