import { type ActionTexts, code, fill, table } from './render-tables.ts';

/** What the table needs of the reusable workflow. */
export interface ReusableTexts {
  readonly on: {
    readonly workflow_call: {
      readonly inputs: Readonly<
        Record<
          string,
          { description?: string; default?: string | number | boolean; required?: boolean }
        >
      >;
    };
  };
}

/**
 * Writes the inputs of the reusable workflow whose defaults are not those of the action between their
 * marks in examples/README.md.
 *
 * @throws Error if the marks are missing
 */
export function renderReusable(
  page: string,
  { inputs }: ActionTexts,
  { on: { workflow_call: call } }: ReusableTexts,
): string {
  const rows = Object.entries(call.inputs).flatMap(([name, input]) => {
    const own = input.required === true ? 'required' : codeOf(input.default);
    const ofAction = codeOf(inputs[name]?.default);
    return own === ofAction ? [] : [[code(name), own, ofAction, input.description ?? '']];
  });
  return fill(page, 'reusable', table(['Input', 'Default', 'Default of the action', 'Note'], rows));
}

/** A default as a cell; empty if there is none. */
function codeOf(value: string | number | boolean = ''): string {
  const text = String(value);
  return text === '' ? '' : code(text);
}
