// Runs the bundle in dist/ as a runner would, on a batch of the simulator and in real time: the log is
// live, then come the outputs and the job summary.
import { DESCRIPTIONS } from '../simulator/index.ts';
import { runCommand, UsageError } from './cli/command.ts';
import { SCENARIO_LIST, scenarioNamed } from './cli/scenarios.ts';
import { runBundle } from './demo/run-bundle.ts';
import { terminalOf } from './demo/terminal.ts';

const HELP = `usage: npm run demo -- [scenario]

Runs the action on a failed batch of a simulated CodeBuild, in real time, and prints its log, outputs,
job summary and comment on the pull request. No AWS account is needed. With the default scenario it
takes about 20 seconds.
Ctrl-C cancels the step, as canceling the workflow run does. The exit code is that of the action.

Colors are for terminals only; NO_COLOR and FORCE_COLOR are respected.

Scenarios (default: flaky; --scenario name works too):
${SCENARIO_LIST}`;

const NEXT = [
  ['npm run preview', 'the job summary as GitHub shows it, as pictures (needs Chromium)'],
  ['npm run simulator', 'a simulated CodeBuild for the AWS CLI, and to run the action on'],
  ['npm run demo -- --help', 'other scenarios for this demo'],
  ['README.md', 'how to use the action in a workflow'],
] as const;

await runCommand(
  { name: 'demo', help: HELP, options: { scenario: { type: 'string' } }, maxArguments: 1 },
  async ({ scenario: option }, [argument]) => {
    if (option !== undefined && argument !== undefined) {
      throw new UsageError('Give one scenario, as an argument or with --scenario.');
    }
    const name = argument ?? option ?? 'flaky';
    const scenario = scenarioNamed(name);
    // Loaded here, to keep --help fast: they bring what reads Markdown.
    const { runnerLog } = await import('./demo/runner-log.ts');
    const { openScreen } = await import('./demo/screen.ts');
    const terminal = terminalOf(process.stdout, process.env);
    const screen = openScreen(terminal, (text) => console.log(text));
    const format = runnerLog(terminal);
    // The action gets the signal too. It ends in its own way, and then so does the demo.
    process.on('SIGINT', () => undefined);

    screen.title('Scenario');
    screen.list([[name, DESCRIPTIONS[name as keyof typeof DESCRIPTIONS]]]);
    const run = await runBundle(
      scenario,
      { 'poll-interval': '5' },
      {
        onStart: (id) => screen.title(`The action retries ${id}`),
        onLine: (line) => {
          const shown = format(line);
          if (shown !== null) console.log(shown);
        },
      },
    );
    screen.title('Outputs');
    screen.list(run.outputs);
    screen.show('Job summary', run.summary);
    if (run.comment !== null) screen.show('Comment on the pull request', run.comment);
    screen.title('What to look at next');
    screen.list([...NEXT, [run.folder, 'the files of this run']]);
    return run.exitCode;
  },
);
