/** What stands for what was real. */
export interface Placeholders {
  /** The placeholder of a value: the same for the same, and never one for two. */
  of(kind: string, real: string): string;
  /** Whether a name that is replaced elsewhere is in that text, however it is cased or joined. */
  isNamedIn(text: string): boolean;
  /** Names that are replaced, the longest first. */
  reals(): string[];
}

/** The kinds of what may be named in a text. */
const NAMES = new Set(['account', 'bucket', 'iam', 'location', 'project', 'report-group', 'user']);

export function placeholders(): Placeholders {
  const taken = new Map<string, string>();
  const counts = new Map<string, number>();
  const names = new Set<string>();
  return {
    of(kind, real) {
      if (NAMES.has(kind)) for (const name of namesIn(kind, real)) names.add(name);
      const known = taken.get(real);
      if (known !== undefined) return known;
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      const placeholder = written(kind, number);
      taken.set(real, placeholder);
      return placeholder;
    },
    isNamedIn: (text) =>
      [...names].map(joined).some((name) => name.length > 1 && joined(text).includes(name)),
    reals: () => [...names].sort((one, other) => other.length - one.length),
  };
}

/** In the form of what they stand for, so that a recording can be parsed as usual. */
function written(kind: string, number: number): string {
  switch (kind) {
    case 'account':
      return String(number).padStart(12, '0');
    case 'commit':
      return String(number).padStart(40, '0');
    case 'uuid':
      return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    default:
      return `${kind}-${number}`;
  }
}

/** Owner and name of a repository, the last part of a role, and so on: what people call it. */
function namesIn(kind: string, real: string): string[] {
  const parts = kind === 'location' || kind === 'iam' || kind === 'user' ? real.split(/[/:@]/) : [];
  const names = [real, ...parts.slice(-2)].map((name) => name.replace(/\.git$/, ''));
  return names.filter((name) => name.length > 1);
}

function joined(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
