const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/**
 * Rewrites the values of a JSON text that are strings. All else stays as it is, byte for byte.
 *
 * @param rewrite gets a value and the name of the member that holds it, or holds the list it is in;
 *   the name is empty outside of any
 * @returns null for a text that is no JSON
 */
export function rewriteStrings(
  json: string,
  rewrite: (value: string, member: string) => string,
): string | null {
  if (!isJson(json)) return null;
  const outer: string[] = [];
  let member = '';
  return json.replace(TOKEN, (token, literal?: string, colon?: string) => {
    if (literal === undefined) {
      if (token === '{' || token === '[') outer.push(member);
      else member = outer.pop() ?? '';
      return token;
    }
    const text = JSON.parse(literal) as string;
    if (colon === undefined) return JSON.stringify(rewrite(text, member));
    member = text;
    return token;
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
