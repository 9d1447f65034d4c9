import { checkEach } from './check-each.ts';

/** Text that a build, or whoever can name its parts, may bring to act on the runner or the summary. */
export const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a workflow command', '::set-output name=conclusion::success'],
  ['an indented workflow command', ' \t\u00a0::add-mask::a'],
  ['a workflow command of the first kind', 'see ##[error]gone'],
  ['a stop of all commands', '::stop-commands::token'],
  ['a command behind a line feed', 'ok\n::error::gone'],
  ['a command behind a carriage return', 'ok\r::error::gone'],
  ['a command behind CR LF', 'ok\r\n##[group]gone'],
  ['a command behind a line separator', 'ok\u2028::error::gone'],
  ['a command behind a paragraph separator', 'ok\u2029::error::gone'],
  ['a command behind a next-line control', 'ok\u0085::error::gone'],
  ['a command behind colours', '\u001b[31m::error::gone\u001b[0m'],
  ['a command cut by colours', ':\u001b[1m:error::gone and #\u001b[1m#\u001b[0m[error]gone'],
  ['a terminal title', '\u001b]0;pwned\u0007title'],
  ['a terminal link', '\u001b]8;;https://evil.example\u001b\\label\u001b]8;;\u001b\\'],
  ['an unfinished escape sequence', 'end\u001b['],
  ['a C1 control sequence', '\u009b31mred'],
  ['a NUL and a bell', 'a\u0000b\u0007c'],
  ['pipes', 'a | b || c \\| d'],
  ['backticks', '`a` ``b``'],
  ['a fence', '```\n<script>alert(1)</script>\n```'],
  ['a fence of tildes', '~~~\nx\n~~~'],
  ['a heading', '# Success\n=======\n'],
  ['HTML', '<img src=x onerror=alert(1)><!-- </td></table><details>'],
  ['the end of code', '</code></td><script>x</script>'],
  ['an entity', '&lt;b&gt; &#64;octocat &amp;'],
  ['a script link', 'x](javascript:alert(1)) [y](data:text/html,1)'],
  ['an image', '![x](https://evil.example/pixel.png)'],
  ['a reference', '[x]: https://evil.example "t"'],
  ['an automatic link', '<https://evil.example>'],
  ['a bare domain', 'www.evil.example and WWW.evil.example/x'],
  [
    'bare domains behind marks',
    '_www.evil.example *www.evil.example (www.evil.example) ~www.evil.example',
  ],
  ['bare protocols', 'see https://evil.example http://evil.example ftp://evil.example/x'],
  ['mail', 'a@evil.example mailto:a@evil.example xmpp:a@evil.example/x'],
  ['references', '#41 GH-1 gh-2 octo-org/app#3 octocat@3a9e11cb419e8fff14b03883dc4e64f6155aaa7e'],
  ['mentions', '@octocat and @github/security'],
  ['emphasis', '*a* _b_ **c** __d__ ~~e~~'],
  ['mathematics', '$\\color{red}{failed}$ and $$x$$'],
  ['a very long line', 'long '.repeat(20_000)],
  ['a very long word', 'x'.repeat(100_000)],
  ['a high surrogate alone', 'a\ud83d'],
  ['a low surrogate alone', '\ude00b'],
  ['a right-to-left override', 'exe\u202egnp.txt\u202c'],
  ['isolates', '\u2066a\u2069\u2067b\u2068c'],
  ['marks of direction', '\u200fa\u200eb'],
  ['an Arabic letter mark', 'a\u061cb'],
  ['what shows nothing', 'a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u180eh\u3164i\u2063j'],
  ['letters that only a machine reads', 'a\u{e0041}\u{e0042}\u{e007f}b'],
  ['a command behind what shows nothing', '\u200b::error::gone #\u2060#[error]gone'],
  ['nothing to see', ' \t\u0000\u001b[0m '],
];

/** Characters that no line for a person may hold: controls, line separators, and what shows nothing. */
export const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- control characters are what it finds
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff]|\udb40[\udc00-\udc7f]/;

/** Checks what an outlet makes of every hostile text, in one test. */
export function eachHostile(check: (text: string) => void | Promise<void>): Promise<void> {
  return checkEach(HOSTILE, (_, text) => check(text));
}
