/** One line of the table. Texts are Markdown; an empty one is where there is nothing to say. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly yardstick?: string;
  readonly ratio?: number;
  readonly target?: string;
  readonly reached?: boolean;
}

export function renderTable(rows: readonly Row[]): string {
  const titles = ['Figure', 'Measured', 'Baseline', 'Ratio', 'Target', 'Met'];
  const lines = rows.map(({ figure, measured, yardstick = '', ratio, target = '', reached }) => [
    figure,
    measured,
    yardstick,
    ratio?.toFixed(2) ?? '',
    target,
    reached === undefined ? '' : reached ? 'yes' : '**no**',
  ]);
  return [titles, titles.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const BEGIN = '<!-- figures -->\n';
const END = '<!-- /figures -->';

/** Puts a text between the marks of bench/README.md. @throws Error if there are no marks */
export function replaceFigures(readme: string, text: string): string {
  const from = readme.indexOf(BEGIN) + BEGIN.length;
  const to = readme.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error('bench/README.md has no marks.');
  return `${readme.slice(0, from)}\n${text}\n\n${readme.slice(to)}`;
}
