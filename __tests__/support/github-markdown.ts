import {
  type Element,
  ELEMENTS_ALLOWED,
  elementsIn,
  languageOf,
  parsed,
  renderOnGitHub,
  textOf,
  treeOf,
} from '../../scripts/preview/github-markdown.ts';

export { renderOnGitHub };

const CELLS = new Set(['th', 'td']);
const MENTION = /(?<![\w`@./-])@[a-z\d][a-z\d-]*(?:\/[\w.-]+)?/gi;
/** `#1`, `GH-1`, `owner/name#1` and `user@commit`; each name is read once, however long it is. */
const REFERENCE =
  /(?:(?<![\w./-])[\w.-]+(?:\/[\w.-]+)?)?#\d+|\bgh-\d+|(?<![\w-])[\w-]+@[0-9a-f]{7,40}\b/gi;
const WITHOUT_MENTIONS = new Set(['pre', 'code', 'tt', 'a', 'style', 'script']);

/** Texts of the cells of a table, row by row, the heading first. The first table is number 0. */
export function cellsOf(html: string, table = 0): string[][] {
  const found = all(html, 'table')[table];
  if (found === undefined) throw new Error(`There is no table ${table} in: ${html}`);
  return elementsIn(found)
    .filter(({ tagName }) => tagName === 'tr')
    .map((row) =>
      elementsIn(row)
        .filter(({ tagName }) => CELLS.has(tagName))
        .map((cell) => textOf(cell).trim()),
    );
}

export function linksOf(html: string): { text: string; href: string }[] {
  return all(html, 'a').map((link) => ({
    text: textOf(link),
    href: link.properties.href ?? '',
  }));
}

export function headingsOf(html: string): { level: number; text: string }[] {
  return all(html, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6').map((heading) => ({
    level: Number(heading.tagName.slice(1)),
    text: textOf(heading).trim(),
  }));
}

/** The code blocks with their languages: fences and indented ones (whose language is empty). */
export function codeBlocksOf(html: string): { language: string; text: string }[] {
  return all(html, 'pre').flatMap((block) => {
    const code = elementsIn(block).find(({ tagName }) => tagName === 'code');
    return [{ language: code === undefined ? '' : languageOf(code), text: textOf(block) }];
  });
}

/** All that a reader can see, details included. */
export function visibleText(html: string): string {
  return textOf(treeOf(html));
}

/**
 * Names of the elements that are not among the allowed, each once.
 *
 * @param allowed default: what GitHub lets through, of which nothing can be left after its sanitizer; give
 *   the elements that your text means to have, to see whether a hostile one added others
 */
export function elementsOutside(
  html: string,
  allowed: Iterable<string> = ELEMENTS_ALLOWED,
): string[] {
  const allowedNames = new Set(allowed);
  const names = elementsIn(treeOf(html)).map(({ tagName }) => tagName);
  return [...new Set(names)].filter((name) => !allowedNames.has(name));
}

/** Names of the elements in Markdown that GitHub's sanitizer takes away: HTML that was not escaped. */
export function elementsRemoved(markdown: string): string[] {
  const names = elementsIn(parsed(markdown)).map(({ tagName }) => tagName);
  return [...new Set(names)].filter((name) => !ELEMENTS_ALLOWED.has(name));
}

/** The people and teams whom GitHub would notify or link: not in code and links. */
export function mentionsIn(html: string): string[] {
  return matchesBelow(treeOf(html), MENTION);
}

/** The issues, pull requests and commits of a user that GitHub would link: not in code and links. */
export function referencesIn(html: string): string[] {
  return matchesBelow(treeOf(html), REFERENCE);
}

function matchesBelow(node: Parameters<typeof textOf>[0], pattern: RegExp): string[] {
  if (node.type === 'text') return [...node.value.matchAll(pattern)].map(([name]) => name);
  if (!('children' in node)) return [];
  if (node.type === 'element' && WITHOUT_MENTIONS.has(node.tagName)) return [];
  return node.children.flatMap((child) => matchesBelow(child, pattern));
}

function all(html: string, ...names: readonly string[]): Element[] {
  return elementsIn(treeOf(html)).filter(({ tagName }) => names.includes(tagName));
}
