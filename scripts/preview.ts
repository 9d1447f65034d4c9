// Shows Markdown as GitHub would: writes a picture and a page, light and dark. Without a file it is the
// job summary of the committed bundle on a scenario of the simulator.
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBundle } from '../simulator/demo/run-bundle.ts';
import { SCENARIOS } from '../simulator/index.ts';
import { chromiumPath, draw, openBrowser } from './preview/browser.ts';
import { pageOf, THEMES } from './preview/page.ts';
import { shrink } from './preview/png.ts';

const USAGE = `usage: npm run preview -- [file.md] [--scenario name] [--out folder]
       npm run preview -- --readme
  file.md     the Markdown to show (default: the job summary of a run of dist/index.js)
  --scenario  that run's scenario, one of ${Object.keys(SCENARIOS).join(', ')} (default: flaky)
  --out       where to write summary-light.png and so on (default: a new temporary folder)
  --readme    draws the pictures of README.md anew: the top of the summary of flaky, small files`;

/** The pictures of README.md: where they are, what ends them, and how fine they are. */
const OF_README = { folder: 'docs', end: '\n### Artifacts\n', scale: 1.5 };

process.exitCode = await preview();

async function preview(): Promise<number> {
  const given = argumentsGiven();
  if (typeof given === 'string') {
    console.error(`${given}\n${USAGE}`);
    return 2;
  }
  const executable = chromiumPath();
  if (executable === null) {
    console.error(
      'The preview needs Chromium or Chrome, and none was found: install one, or set CHROMIUM_PATH to its program.',
    );
    return 1;
  }
  const markdown =
    given.file === undefined ? await summaryOf(given.scenario) : await readFile(given.file, 'utf8');
  if (markdown.trim() === '') {
    console.error('There is nothing to show: the Markdown is empty.');
    return 1;
  }
  if (given.readme) return writeForReadme(markdown, executable);
  const out = given.out ?? (await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-preview-')));
  await mkdir(out, { recursive: true });
  return write(markdown, executable, out);
}

interface Given {
  readonly file?: string | undefined;
  readonly scenario: string;
  readonly out?: string | undefined;
  readonly readme: boolean;
}

/** Or what is wrong with them. */
function argumentsGiven(): Given | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        scenario: { type: 'string' },
        out: { type: 'string' },
        readme: { type: 'boolean', default: false },
      },
    });
    const { scenario = 'flaky', out, readme } = values;
    if (positionals.length > 1) return 'One file at a time.';
    if (readme && (positionals.length > 0 || values.scenario !== undefined || out !== undefined)) {
      return 'The pictures of README.md are always of the same: --readme stands alone.';
    }
    if (!Object.hasOwn(SCENARIOS, scenario)) return `There is no scenario "${scenario}".`;
    return { file: positionals[0], scenario, out, readme };
  } catch (error) {
    return (error as Error).message;
  }
}

async function summaryOf(name: string): Promise<string> {
  const scenario = SCENARIOS[name] ?? { projects: {} };
  const { summary } = await runBundle(
    scenario,
    { 'poll-interval': '5' },
    { log: false, onStart: () => console.log(`Running dist/index.js on the scenario ${name} …`) },
  );
  return summary;
}

async function write(markdown: string, executable: string, out: string): Promise<number> {
  const browser = await openBrowser(executable);
  const problems = new Set<string>();
  try {
    await writeFile(join(out, 'summary.md'), markdown);
    for (const theme of THEMES) {
      const drawn = await draw(browser, await pageOf(markdown, theme), theme, 2);
      const [png, html] = [join(out, `summary-${theme}.png`), join(out, `summary-${theme}.html`)];
      await writeFile(png, drawn.png);
      await writeFile(html, drawn.html);
      console.log(`${png}\n${html}`);
      for (const problem of drawn.problems) problems.add(problem);
    }
  } finally {
    await browser.close();
  }
  return printProblems(problems);
}

async function writeForReadme(markdown: string, executable: string): Promise<number> {
  const { folder, end, scale } = OF_README;
  const [top = ''] = markdown.split(end);
  const browser = await openBrowser(executable);
  const problems = new Set<string>();
  try {
    await mkdir(folder, { recursive: true });
    for (const theme of THEMES) {
      const drawn = await draw(browser, await pageOf(top, theme), theme, scale);
      const png = join(folder, `summary-${theme}.png`);
      await writeFile(png, shrink(drawn.png));
      console.log(png);
      for (const problem of drawn.problems) problems.add(problem);
    }
  } finally {
    await browser.close();
  }
  return printProblems(problems);
}

function printProblems(problems: ReadonlySet<string>): number {
  for (const problem of problems) console.error(`A diagram could not be drawn: ${problem}`);
  return problems.size > 0 ? 1 : 0;
}
