import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Width of the column of a job summary on GitHub, in CSS pixels. */
export const WIDTH = 980;

const STYLESHEETS: Readonly<Record<Theme, string>> = {
  light: import.meta.resolve('github-markdown-css/github-markdown-light.css'),
  dark: import.meta.resolve('github-markdown-css/github-markdown-dark.css'),
};

/** How the box of a job summary looks around its text: not part of github-markdown-css. */
const BOX: Readonly<Record<Theme, string>> = {
  light: 'background: #f6f8fa; --box: #ffffff; --line: #d1d9e0; --quiet: #59636e;',
  dark: 'background: #010409; --box: #0d1117; --line: #3d444d; --quiet: #9198a1;',
};

/**
 * The page of a job summary, with Mermaid's diagrams still as text in `.mermaid`.
 *
 * @param theme GitHub's light or dark one
 */
export async function pageOf(markdown: string, theme: Theme): Promise<string> {
  // Loaded here, to keep --help fast.
  const { renderOnGitHub } = await import('./github-markdown.ts');
  const css = await readFile(fileURLToPath(STYLESHEETS[theme]), 'utf8');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Job summary</title>
<style>
${css}
body { margin: 0; padding: 24px; ${BOX[theme]} }
.box { width: ${WIDTH}px; margin: 0 auto; border: 1px solid var(--line); border-radius: 6px; background: var(--box); }
.box > header { padding: 16px; font: 600 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: var(--quiet); }
.box > .markdown-body { padding: 0 32px 32px; border-radius: 6px; }
.mermaid { margin: 0 0 16px; text-align: center; white-space: pre; }
.mermaid svg { display: inline-block; }
</style>
</head>
<body>
<div class="box">
<header>job summary</header>
<article class="markdown-body">
${withDiagrams(renderOnGitHub(markdown))}
</article>
</div>
</body>
</html>
`;
}

/** GitHub draws the code blocks of Mermaid. */
function withDiagrams(html: string): string {
  return html.replace(
    /<pre><code class="language-mermaid">([^]*?)<\/code><\/pre>/g,
    '<div class="mermaid">$1</div>',
  );
}
