import {
  type Element,
  elementsIn,
  languageOf,
  renderOnGitHub,
  textOf,
  treeOf,
} from '../preview/github-markdown.ts';
import { layOutTable } from './table.ts';
import { paint, type Style, type Terminal } from './terminal.ts';
import { cutEvery, widthOf, wrap } from './wrap.ts';

type Node = Element['children'][number];

const BLOCKS = new Set('h1 h2 h3 h4 h5 h6 p div table pre details ul ol blockquote hr'.split(' '));
const DIAGRAM = 'Diagram of the build groups: "npm run preview" draws it.';
const INDENT = '  ';

/**
 * Formats Markdown for a terminal: what GitHub would show of it, without links and pictures, in lines
 * that fit.
 */
export function formatMarkdown(markdown: string, terminal: Terminal): string {
  return blocksIn(treeOf(renderOnGitHub(markdown)).children as Node[], terminal).join('\n\n');
}

/** The blocks among some nodes, formatted; what lies between them is a paragraph. */
function blocksIn(nodes: readonly Node[], terminal: Terminal): string[] {
  const blocks: string[] = [];
  let inline: Node[] = [];
  const endParagraph = (): void => {
    const text = plain(inline.map((node) => textOf(node)).join(''));
    if (text !== '') blocks.push(wrap(text, terminal.columns).join('\n'));
    inline = [];
  };
  for (const node of nodes) {
    if (node.type === 'element' && BLOCKS.has(node.tagName)) {
      endParagraph();
      blocks.push(...formatBlock(node, terminal));
    } else {
      inline.push(node);
    }
  }
  endParagraph();
  return blocks;
}

function formatBlock(element: Element, terminal: Terminal): string[] {
  const { columns } = terminal;
  switch (element.tagName) {
    case 'table':
      return [formatTable(element, terminal)];
    case 'pre':
      return [formatCode(element, terminal)];
    case 'details':
      return [formatFold(element, terminal)];
    case 'ul':
    case 'ol':
      return [formatList(element, terminal)];
    case 'blockquote':
      return [indented(blocksIn(element.children, narrower(terminal)).join('\n\n'), '│ ')];
    case 'hr':
      return [paint(terminal, 'dim', '─'.repeat(columns))];
    case 'p':
    case 'div':
      return blocksIn(element.children, terminal);
    default:
      return [painted(wrap(plain(textOf(element)), columns), 'bold', terminal)];
  }
}

function formatTable(table: Element, terminal: Terminal): string {
  const rows = elementsIn(table)
    .filter(({ tagName }) => tagName === 'tr')
    .map(({ children }) => children.filter(isElement).map((cell) => plain(textOf(cell))));
  const { titleLines, lines } = layOutTable(rows, terminal.columns);
  const width = Math.max(...lines.map(widthOf));
  return [
    painted(lines.slice(0, titleLines), 'bold', terminal),
    paint(terminal, 'dim', '─'.repeat(Math.min(width, terminal.columns))),
    ...lines.slice(titleLines),
  ].join('\n');
}

/** Code keeps its lines, but for those that are too long. */
function formatCode(pre: Element, terminal: Terminal): string {
  const code = elementsIn(pre).find(({ tagName }) => tagName === 'code');
  if (code !== undefined && languageOf(code) === 'mermaid') {
    return painted(wrap(DIAGRAM, terminal.columns), 'dim', terminal);
  }
  return textOf(pre)
    .replace(/^\n|\n$/g, '')
    .split('\n')
    .flatMap((line) => cutEvery(line, terminal.columns))
    .join('\n');
}

/** Open, with its content set in. */
function formatFold(details: Element, terminal: Terminal): string {
  const [summary, ...content] = details.children.filter(
    (node) => !(node.type === 'text' && node.value.trim() === ''),
  );
  const title = summary === undefined ? '' : plain(textOf(summary));
  const blocks = blocksIn(content, narrower(terminal));
  return [foldTitle(title, terminal), ...blocks.map((block) => indented(block, INDENT))].join(
    '\n\n',
  );
}

/** The line that a fold has above its content. */
export function foldTitle(title: string, terminal: Terminal): string {
  return painted(wrap(`▼ ${title}`, terminal.columns), 'bold', terminal);
}

function formatList(list: Element, terminal: Terminal): string {
  return list.children
    .filter(isElement)
    .map((item) => {
      const text = blocksIn(item.children, narrower(terminal)).join('\n');
      return `• ${indented(text, INDENT).slice(INDENT.length)}`;
    })
    .join('\n');
}

function painted(lines: readonly string[], style: Style, terminal: Terminal): string {
  return lines.map((line) => paint(terminal, style, line)).join('\n');
}

function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}

function narrower({ columns, hasColors }: Terminal): Terminal {
  return { columns: columns - INDENT.length, hasColors };
}

/** As HTML collapses spaces; `textOf` gives line breaks as `\n`, which are kept. */
function plain(text: string): string {
  return text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();
}

function isElement(node: Node): node is Element {
  return node.type === 'element';
}
