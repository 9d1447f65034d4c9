import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { type Theme, WIDTH } from './page.ts';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser to draw with: CHROMIUM_PATH if it is set, else one from the usual places; null if there is none. */
export function chromiumPath(): string | null {
  const { CHROMIUM_PATH = '' } = process.env;
  const candidates = CHROMIUM_PATH === '' ? USUAL_PLACES : [CHROMIUM_PATH];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/**
 * Opens the browser that the machine has.
 *
 * @throws Error of playwright-core if it does not start
 */
export async function openBrowser(executablePath: string): Promise<Browser> {
  // Loaded here, to keep --help fast.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page after its diagrams are drawn. */
export interface Drawn {
  readonly png: Buffer;
  /** The page without its scripts: it opens anywhere. */
  readonly html: string;
  /** What Mermaid said of the diagrams that it could not draw. */
  readonly problems: readonly string[];
}

/**
 * Draws the Mermaid diagrams of a page and takes its picture. The page may load nothing from the network.
 *
 * @param html with the diagrams as text in `.mermaid`
 * @param scale pixels of the picture for each CSS pixel
 */
export async function draw(
  browser: Browser,
  html: string,
  theme: Theme,
  scale: number,
): Promise<Drawn> {
  const page = await browser.newPage({
    viewport: { width: WIDTH + 50, height: 600 },
    deviceScaleFactor: scale,
    colorScheme: theme,
  });
  try {
    await page.route(/^https?:/, (route) => route.abort());
    await page.setContent(html);
    const mermaid = fileURLToPath(import.meta.resolve('mermaid/dist/mermaid.min.js'));
    await page.addScriptTag({ path: mermaid });
    const problems = await page.evaluate<string[]>(drawDiagrams(theme));
    return { png: await page.screenshot({ fullPage: true }), html: await page.content(), problems };
  } finally {
    await page.close();
  }
}

/** Runs in the browser: text, because nothing else in this repository knows a DOM. */
function drawDiagrams(theme: Theme): string {
  const settings = {
    startOnLoad: false,
    securityLevel: 'strict',
    theme: theme === 'dark' ? 'dark' : 'default',
  };
  return `(async () => {
    mermaid.initialize(${JSON.stringify(settings)});
    const problems = [];
    for (const diagram of document.querySelectorAll('.mermaid')) {
      try {
        await mermaid.run({ nodes: [diagram] });
      } catch (error) {
        problems.push(String(error.message ?? error.str ?? error));
        diagram.innerHTML = '<b>Unable to render rich display</b>';
      }
    }
    for (const script of document.querySelectorAll('script')) script.remove();
    return problems;
  })()`;
}
