/**
 * Compiles a pattern in which `*` stands for any text and `?` for one character. Case matters.
 *
 * It is no regular expression, so that a match takes at most pattern length times text length steps.
 * Both are short: an input takes patterns of at most 128 characters, and CodeBuild's group identifiers
 * have fewer (aws/copilot-cli#1673).
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [head = '', ...inner] = pattern.split('*');
  const tail = inner.pop();
  if (tail === undefined) return (text) => text.length === head.length && isAt(text, head, 0);
  return (text) => {
    const end = text.length - tail.length;
    if (end < head.length || !isAt(text, head, 0) || !isAt(text, tail, end)) return false;
    let at = head.length;
    for (const part of inner) {
      at = find(text, part, at) + part.length;
      if (at > end) return false;
    }
    return true;
  };
}

/** The first position of a part of a pattern, from a position on; Infinity if there is none. */
function find(text: string, part: string, from: number): number {
  if (!part.includes('?')) {
    const found = text.indexOf(part, from);
    return found < 0 ? Infinity : found;
  }
  for (let at = from; at + part.length <= text.length; at += 1) {
    if (isAt(text, part, at)) return at;
  }
  return Infinity;
}

function isAt(text: string, part: string, at: number): boolean {
  for (let index = 0; index < part.length; index += 1) {
    if (part[index] !== '?' && part[index] !== text[at + index]) return false;
  }
  return true;
}
