import { createRequire } from 'node:module';
import type { Mermaid } from 'mermaid';

/** Of jsdom, whose own types would bring those of a browser to all of this repository. */
interface Jsdom {
  readonly JSDOM: new (html: string) => { readonly window: { readonly document: object } };
}

/** Mermaid in few files, since Jest loads every file again in every suite. Without types, so no literal of `import`. */
const BUNDLE = 'mermaid/dist/mermaid.esm.min.mjs';
/** Mermaid's default. */
const MAX_TEXT_SIZE = 50_000;

let loading: Promise<Mermaid> | null = null;

/**
 * Holds a diagram against the real Mermaid. Sets `window` and `document` for good: without them Mermaid
 * refuses valid diagrams.
 *
 * @throws Error of Mermaid if it would not draw the diagram
 */
export async function parseMermaid(source: string): Promise<void> {
  loading ??= load();
  const mermaid = await loading;
  await mermaid.parse(source);
  // Mermaid looks at this only when it draws, and then draws a bomb.
  if (source.length > MAX_TEXT_SIZE) {
    throw new Error(`The diagram has ${source.length} characters; Mermaid draws ${MAX_TEXT_SIZE}.`);
  }
}

async function load(): Promise<Mermaid> {
  const require = createRequire(import.meta.url);
  const { JSDOM } = require('jsdom') as Jsdom;
  const { window } = new JSDOM('');
  Object.assign(globalThis, { window, document: window.document });
  const { default: mermaid } = (await import(BUNDLE)) as { readonly default: Mermaid };
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', maxTextSize: MAX_TEXT_SIZE });
  return mermaid;
}
