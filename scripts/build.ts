// Builds dist/ from src/.
import { join } from 'node:path';
import { runCommand } from './cli/command.ts';

const HELP = `usage: npm run build -- [--out folder]

Bundles src/ with its dependencies and their licenses.

  --out  the folder to write (default: dist/)`;

const dist = join(import.meta.dirname, '..', 'dist');
await runCommand(
  { name: 'build', help: HELP, options: { out: { type: 'string', default: dist } } },
  async ({ out }) => {
    // Loaded here, to keep --help fast: they bring the compilers.
    const { build } = await import('./build/bundle.ts');
    const bytes = await build(out);
    console.log(`${out}: ${Math.round(bytes / 1000)} kB of script`);
    return 0;
  },
);
