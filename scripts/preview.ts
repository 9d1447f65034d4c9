// Draws Markdown as GitHub shows it. Without a file it is the job summary of the bundle in dist/ on a
// scenario of the simulator.
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../simulator/index.ts';
import { CommandError, runCommand, UsageError } from './cli/command.ts';
import { SCENARIO_LIST, scenarioNamed } from './cli/scenarios.ts';
import { runBundle } from './demo/run-bundle.ts';
import { chromiumPath, draw, type Drawn, openBrowser } from './preview/browser.ts';
import { pageOf, type Theme, THEMES } from './preview/page.ts';
import { shrink } from './preview/png.ts';

const HELP = `usage: npm run preview -- [file.md] [--scenario name] [--out folder]
       npm run preview -- --readme

Renders Markdown as GitHub shows it, in its light and its dark theme: a picture (PNG) and a page (HTML) each.
It needs Chromium or Chrome; CHROMIUM_PATH names the program if it is not in a usual place.

  file.md     the Markdown (default: the job summary of a run of dist/index.js on the simulator)
  --scenario  the scenario of that run (default: flaky, about 20 seconds)
  --out       the folder for summary-light.png and the other files (default: a new temporary folder)
  --readme    renders the pictures of README.md: the top of the summary of flaky, as small files in docs/

Scenarios:
${SCENARIO_LIST}`;

/** The pictures of README.md: where they are, what ends them, and how fine they are. */
const OF_README = { folder: 'docs', end: '\n### Artifacts\n', scale: 1.5 };

await runCommand(
  {
    name: 'preview',
    help: HELP,
    options: {
      scenario: { type: 'string' },
      out: { type: 'string' },
      readme: { type: 'boolean', default: false },
    },
    maxArguments: 1,
  },
  async ({ scenario, out, readme }, [file]) => {
    if (readme && [file, scenario, out].some((given) => given !== undefined)) {
      throw new UsageError('--readme takes no file and no other option.');
    }
    if (file !== undefined && scenario !== undefined) {
      throw new UsageError('Give a file or --scenario, not both.');
    }
    const name = scenario ?? 'flaky';
    const chosen = scenarioNamed(name);
    const given = file === undefined ? null : await textOf(file);
    const executable = chromiumPath();
    if (executable === null) {
      throw new CommandError(
        'Chromium or Chrome was not found: install one, or set CHROMIUM_PATH to its program.',
      );
    }
    const markdown = given ?? (await summaryOf(name, chosen));
    if (readme) return writeForReadme(markdown, executable);
    const folder = out ?? (await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-preview-')));
    await mkdir(folder, { recursive: true });
    return write(markdown, executable, folder);
  },
);

async function textOf(file: string): Promise<string> {
  if ((await stat(file)).isDirectory()) throw new CommandError(`${file} is a folder, not a file.`);
  const text = await readFile(file, 'utf8');
  if (text.trim() === '') throw new CommandError(`${file} is empty: there is nothing to draw.`);
  return text;
}

async function summaryOf(name: string, scenario: Scenario): Promise<string> {
  const { summary } = await runBundle(
    scenario,
    { 'poll-interval': '5' },
    { onStart: () => console.log(`Running dist/index.js on the scenario ${name} …`) },
  );
  return summary;
}

async function write(markdown: string, executable: string, out: string): Promise<number> {
  await writeFile(join(out, 'summary.md'), markdown);
  return drawThemes(markdown, executable, 2, async (theme, { png, html }) => {
    const [picture, page] = [join(out, `summary-${theme}.png`), join(out, `summary-${theme}.html`)];
    await writeFile(picture, png);
    await writeFile(page, html);
    console.log(`${picture}\n${page}`);
  });
}

async function writeForReadme(markdown: string, executable: string): Promise<number> {
  const { folder, end, scale } = OF_README;
  const [top = ''] = markdown.split(end);
  await mkdir(folder, { recursive: true });
  return drawThemes(top, executable, scale, async (theme, { png }) => {
    const picture = join(folder, `summary-${theme}.png`);
    await writeFile(picture, shrink(png));
    console.log(picture);
  });
}

/**
 * Draws Markdown in each theme.
 *
 * @param scale pixels of the picture for each CSS pixel
 * @returns the exit code: 1 if a diagram could not be drawn
 */
async function drawThemes(
  markdown: string,
  executable: string,
  scale: number,
  save: (theme: Theme, drawn: Drawn) => Promise<void>,
): Promise<number> {
  const browser = await openedBrowser(executable);
  const problems = new Set<string>();
  try {
    for (const theme of THEMES) {
      const drawn = await draw(browser, await pageOf(markdown, theme), theme, scale);
      await save(theme, drawn);
      for (const problem of drawn.problems) problems.add(problem);
    }
  } finally {
    await browser.close();
  }
  for (const problem of problems) console.error(`Mermaid could not draw a diagram: ${problem}`);
  return problems.size > 0 ? 1 : 0;
}

async function openedBrowser(executable: string): ReturnType<typeof openBrowser> {
  try {
    return await openBrowser(executable);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n', 1);
    throw new CommandError(`${executable} did not start: ${reason}`);
  }
}
