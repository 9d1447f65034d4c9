import rehypeRaw from 'rehype-raw';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/** GitHub's sanitizer. It lets `wbr` through too (html-pipeline: SanitizationFilter). */
const SCHEMA = { ...defaultSchema, tagNames: [...(defaultSchema.tagNames ?? []), 'wbr'] };

/** The elements that GitHub lets through. */
export const ELEMENTS_ALLOWED: ReadonlySet<string> = new Set(SCHEMA.tagNames);

const parser = unified()
  .use(remarkParse)
  .use(remarkGfm)
  // The sanitizer prefixes ids; without this footnotes would be prefixed twice.
  .use(remarkRehype, { allowDangerousHtml: true, clobberPrefix: '' })
  .use(rehypeRaw)
  .freeze();
const sanitizer = unified().use(rehypeSanitize, SCHEMA).freeze();
const stringifier = unified().use(rehypeStringify).freeze();
const reader = unified().use(rehypeRaw).freeze();

/** A document as unified's plugins pass it on. */
export type Tree = ReturnType<typeof parser.runSync>;
type Child = Tree['children'][number];
export type Element = Extract<Child, { type: 'element' }>;

/** Markdown to HTML as GitHub does it: GitHub Flavored Markdown, then GitHub's sanitizer. */
export function renderOnGitHub(markdown: string): string {
  return stringifier.stringify(sanitizer.runSync(parsed(markdown)));
}

/** The document before GitHub's sanitizer. */
export const parsed = onceInARow((markdown) => parser.runSync(parser.parse(markdown)));

/** Reads HTML as a browser does. */
export const treeOf = onceInARow((html) =>
  reader.runSync({ type: 'root', children: [{ type: 'raw', value: html }] }),
);

/** Parsing is slow, and a page is read in several ways, one after the other, which leave its tree as it is. */
function onceInARow(parse: (text: string) => Tree): (text: string) => Tree {
  let last: { readonly text: string; readonly tree: Tree } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, tree: parse(text) };
    return last.tree;
  };
}

/** All elements below a node, in the order of the document. */
export function elementsIn(node: Tree | Element): Element[] {
  return node.children.flatMap((child) =>
    child.type === 'element' ? [child, ...elementsIn(child)] : [],
  );
}

/** The text below a node; line breaks count as such. */
export function textOf(node: Tree | Child): string {
  if (node.type === 'text') return node.value;
  if (!('children' in node)) return '';
  return node.type === 'element' && node.tagName === 'br'
    ? '\n'
    : node.children.map(textOf).join('');
}

/** The language of a code block's `code` element; empty if it has none. */
export function languageOf({ properties }: Element): string {
  const classes = Array.isArray(properties.className) ? properties.className : [];
  const language = classes.map(String).find((name) => name.startsWith('language-'));
  return language?.slice('language-'.length) ?? '';
}
