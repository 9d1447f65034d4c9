import { expect, test } from '@jest/globals';
import { asSentence } from '../../src/text/as-sentence.ts';

test.each([
  ['exit status 1', 'exit status 1.'],
  ['Access denied.', 'Access denied.'],
  ['Really?', 'Really?'],
  ['No!', 'No!'],
  ['{"Effect":"Allow"}', '{"Effect":"Allow"}'],
  ['', '.'],
])('"%s" becomes "%s"', (text, expected) => {
  expect(asSentence(text)).toBe(expected);
});
