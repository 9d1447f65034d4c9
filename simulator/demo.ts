// The main job as a demo: the committed bundle retries the simulator's failed batch as a runner
// would run it. Its log is live; then come the outputs and the rendered job summary.
import { Marked } from 'marked';
import { markedTerminal } from 'marked-terminal';
import { runBundle } from './demo/run-bundle.ts';
import { flaky } from './index.ts';

const { exitCode, outputs, summary, folder } = await runBundle(
  flaky,
  { 'poll-interval': '5' },
  { log: true, onStart: (id) => title(`The action retries ${id} on a simulated CodeBuild`) },
);
process.exitCode = exitCode;

title('Outputs');
for (const [name, value] of outputs) {
  console.log(`${name}: ${value.length > 300 ? `${value.slice(0, 300)}…` : value}`);
}
title('Job summary');
console.log(rendered(summary));
console.log(`(The files of this run are in ${folder}.)`);

/** Markdown for a terminal, which has no room for URLs in tables and shows no HTML. */
function rendered(markdown: string): string {
  const words = markdown
    .replace(/\[([^\]]*)\]\(https:[^)]*\)/g, '$1')
    .replaceAll('<br>', ', ')
    .replaceAll('<wbr>', '')
    .replace(/<\/?(?:a|code|details|pre|span|sub|summary)\b[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return new Marked(markedTerminal() as object).parse(words, { async: false });
}

function title(text: string): void {
  console.log(`\n=== ${text} ===\n`);
}
