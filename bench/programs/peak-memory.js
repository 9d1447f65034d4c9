// Preloaded into a program: writes its peak memory in bytes to a file when it ends.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

process.on('exit', () => writeFileSync(process.env.PEAK_MEMORY_FILE, String(peakMemory())));

/** On Linux maxRSS includes the memory of the process that spawned the program; VmHWM does not. */
function peakMemory() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kibibytes) * 1024;
}
