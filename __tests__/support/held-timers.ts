import type { Running } from './action.ts';

/** In ms. The runner gives a canceled step 7.5 seconds before it insists. */
const LONG = 5000;

// A timer that never fires keeps the process alive until its signal ends it, as a long one would.
const PROGRAM = `
  const timers = process.getBuiltinModule('node:timers/promises');
  const [sleep, uptime] = [timers.setTimeout, process.uptime];
  const held = [];
  let passed = 0;
  process.uptime = () => uptime.call(process) + passed;
  timers.setTimeout = (time, value, options) =>
    time < ${LONG}
      ? sleep(time, value, options)
      : Promise.race([
          sleep(2 ** 31 - 1, value, options),
          new Promise((resolve) => void held.push(() => resolve(value))),
        ]);
  process.on('SIGUSR2', () => {
    passed += 3600;
    for (const fire of held.splice(0)) fire();
  });
`;

/**
 * The environment of a step in which no timer of 5 seconds or more fires: what ends all the same has
 * not waited for one, however slow this machine is. See {@link passAnHour}.
 */
export const HELD_TIMERS: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PROGRAM)}`,
};

/** Lets all timers of a step with {@link HELD_TIMERS} fire, and its clock show an hour more. */
export function passAnHour({ action }: Pick<Running, 'action'>): void {
  action.kill('SIGUSR2');
}
