// The process of a session: runs the scripts that it is told to, each time anew.
import { pathToFileURL } from 'node:url';
import type { Ended } from './processes.ts';

/** Collects what is written to a stream, instead of writing it. */
function capture(stream: NodeJS.WriteStream): { end: () => string } {
  const write = stream.write.bind(stream);
  let text = '';
  stream.write = (chunk: string | Uint8Array): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  return {
    end: () => {
      stream.write = write;
      return text;
    },
  };
}

let runs = 0;

async function run([script = '', ...args]: readonly string[]): Promise<Ended> {
  const { execPath } = process;
  process.argv = [execPath, script, ...args];
  process.exitCode = 0;
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    // Another address is another module: its code runs again, that of what it imports does not.
    await import(`${pathToFileURL(script).href}?run=${(runs += 1)}`);
    return { status: process.exitCode, stdout: stdout.end(), stderr: stderr.end() };
  } finally {
    stdout.end();
    stderr.end();
    process.stdout.removeAllListeners('error');
    process.exitCode = 0;
  }
}

// Each simulator that is left running has its own.
process.setMaxListeners(0);
process.on('message', (command: readonly string[]) => {
  void run(command).then((ended) => process.send?.(ended));
});
