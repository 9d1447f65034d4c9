import type { Artifact } from '../../domain/batch.ts';
import { code, link } from '../../text/escape.ts';
import { count } from '../../text/plural.ts';

export const LONGEST_NAME = 200;
const LONGEST_LOCATION = 300;
const MOST_IN_A_LIST = 50;

/** How much the summary holds. What fits is found by giving up detail first, rows last. */
export interface Detail {
  readonly links: boolean;
  readonly artifacts: boolean;
  readonly dependencies: boolean;
  readonly diagram: boolean;
  /** Columns of attempts, the last ones. */
  readonly attempts: number;
  /** Decisions, the last ones. */
  readonly decisions: number;
  /** Characters of the reason. */
  readonly reason: number;
  /** Characters of logs, over all builds. */
  readonly logs: number;
  /** Rows of each table of what failed. */
  readonly failures: number;
  /** Rows of the table of groups. */
  readonly rows: number;
}

/** A part of the summary, in as much detail as is asked for; empty if there is nothing to show. */
export type Section = (detail: Detail) => string;

/** A section that depends on these details alone. It is rendered once for each of their values. */
export function section<Name extends keyof Detail>(
  names: readonly Name[],
  render: (detail: Pick<Detail, Name>) => string,
): Section {
  const rendered = new Map<string, string>();
  return (detail) => {
    const key = names.map((name) => detail[name]).join();
    const text = rendered.get(key) ?? render(detail);
    rendered.set(key, text);
    return text;
  };
}

/** The same function, called once for each argument. */
export function once<Argument>(format: (argument: Argument) => string): typeof format {
  const texts = new Map<Argument, string>();
  return (argument) => {
    const text = texts.get(argument) ?? format(argument);
    texts.set(argument, text);
    return text;
  };
}

/** A column of a table: its title, and the text of a row's cell, escaped. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => string];

/** A table in Markdown, without the columns that are empty; no table if there are no rows. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const used = columns.map((_, index) => cells.some((row) => row[index] !== ''));
  const line = (texts: readonly string[]): string =>
    `| ${texts.filter((_, index) => used[index]).join(' | ')} |`;
  const titles = columns.map(([title]) => title);
  return [line(titles), line(titles.map(() => '---')), ...cells.map(line)].join('\n');
}

/** The name of a group, in the type of code. */
export function name(identifier: string): string {
  return code(identifier, LONGEST_NAME);
}

/** A part that a reader can open: HTML as title, Markdown as content. */
export function fold(title: string, ...content: readonly string[]): string {
  return [`<details><summary>${title}</summary>`, ...content, '</details>'].join('\n\n');
}

/** The whole location of an artifact, as a link. */
export function artifactLocation({ location, uri, consoleUrl }: Artifact): string {
  return link(code(uri || location, LONGEST_LOCATION), consoleUrl);
}

/** The line that says how many more rows there are; empty if there are none. */
export function more(number: number, what: string): string {
  return number > 0 ? `… and ${count(number, `more ${what}`)}.` : '';
}

/** The parts of a section, one below the other, without those that are empty. */
export function below(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The first items of a list, formatted, and how many more there are. */
export function firstOf<Item>(
  items: readonly Item[],
  format: (item: Item) => string,
  separator: string,
): string {
  const more = items.length > MOST_IN_A_LIST ? ` and ${items.length - MOST_IN_A_LIST} more` : '';
  return `${items.slice(0, MOST_IN_A_LIST).map(format).join(separator)}${more}`;
}
