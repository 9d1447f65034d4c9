/** What the tables need of action.yml. */
export interface ActionTexts {
  readonly inputs: Readonly<Record<string, { description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
}

/**
 * Writes the tables of inputs and outputs between their marks in the README.
 *
 * @returns the README with both tables; all else is as it was
 * @throws Error if a pair of marks is missing
 */
export function renderTables(readme: string, { inputs, outputs }: ActionTexts): string {
  const inputRows = Object.entries(inputs).map(([name, input]) => [
    code(name),
    input.default === undefined ? '' : code(input.default),
    input.description,
  ]);
  const outputRows = Object.entries(outputs).map(([name, output]) => [
    code(name),
    output.description,
  ]);
  const withInputs = fill(readme, 'inputs', table(['Input', 'Default', 'Description'], inputRows));
  return fill(withInputs, 'outputs', table(['Output', 'Description'], outputRows));
}

/**
 * Writes a text between a pair of marks on a page.
 *
 * @throws Error if the pair is missing
 */
export function fill(page: string, mark: string, text: string): string {
  const [opening, closing] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const from = page.indexOf(opening);
  const to = page.indexOf(closing, from);
  if (from < 0 || to < 0) throw new Error(`The page has no ${opening} followed by ${closing}.`);
  const filling = text === '' ? '\n\n' : `\n\n${text}\n\n`;
  return page.slice(0, from + opening.length) + filling + page.slice(to);
}

/** A Markdown table. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows].map(row).join('\n');
}

function row(cells: readonly string[]): string {
  const texts = cells.map((cell) => cell.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|'));
  return `| ${texts.join(' | ')} |`;
}

/** A text as code in Markdown. */
export function code(text: string): string {
  return `\`${text}\``;
}
