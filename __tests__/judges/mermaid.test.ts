import { expect, test } from '@jest/globals';
import { parseMermaid } from '../support/mermaid.ts';

test.each([
  ['a graph', 'flowchart LR\n  a["unit_tests ✓"] --> b["image"]\n'],
  ['classes', 'graph TD\n  g0["x"]:::failed\n  classDef failed fill:#ffebe9,stroke:#cf222e\n'],
  ['entities for quotes and angles', 'flowchart LR\n  a["#quot;#lt;b#gt;#quot;"]\n'],
  [
    'an accessible title',
    'flowchart LR\n  accTitle: Build groups\n  accDescr: How they depend\n  a',
  ],
  ['a Gantt chart', 'gantt\n  dateFormat X\n  section unit\n  attempt 1 :crit, 0, 60\n'],
])('Mermaid draws %s', async (_, source) => {
  await expect(parseMermaid(source)).resolves.toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['what is no diagram', 'hello'],
  ['an edge without an end', 'flowchart LR\n  a -->\n'],
  ['an open label', 'flowchart LR\n  a["x --> b\n'],
  ['brackets in a bare label', 'flowchart LR\n  a[x (y) [z]]\n'],
  ['a reserved word as a name', 'flowchart LR\n  end --> a\n'],
  ['too many edges', `flowchart LR\n${'a --> b\n'.repeat(501)}`],
  ['too long a text', `flowchart LR\n  a["${'x'.repeat(50_000)}"]`],
])('Mermaid does not draw %s', async (_, source) => {
  await expect(parseMermaid(source)).rejects.toThrow();
});
