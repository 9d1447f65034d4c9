import { invalidInput } from './errors.ts';
import type { Json } from './settings.ts';

/** In ms. "The token is [...] valid for five minutes" (API_RetryBuildBatch, API_StartBuildBatch). */
const VALID_FOR_MS = 5 * 60_000;

/** Earlier answers by idempotency token. */
export type TokenBook = Map<string, { at: number; parameters: string; answer: Json }>;

/**
 * Performs an operation once per token: the same request again within five minutes gets the first answer.
 *
 * @param at in ms
 * @throws ServiceError InvalidInputException if the token came with other parameters before (the name is
 *   inferred: AWS says "a parameter mismatch error")
 */
export function oncePerToken(
  book: TokenBook,
  operation: string,
  input: { idempotencyToken?: string },
  at: number,
  perform: () => Json,
): Json {
  const { idempotencyToken: token, ...rest } = input;
  if (token === undefined) return perform();
  const key = `${operation} ${token}`;
  const parameters = JSON.stringify(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b)));
  const earlier = book.get(key);
  if (earlier !== undefined && at < earlier.at + VALID_FOR_MS) {
    if (earlier.parameters === parameters) return earlier.answer;
    throw invalidInput('Parameter mismatch: this idempotency token came with other parameters');
  }
  const answer = perform();
  book.set(key, { at, parameters, answer });
  return answer;
}
