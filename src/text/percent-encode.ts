/** Percent-encodes a text, and also these marks, which encodeURIComponent leaves as they are. */
export function percentEncode(text: string, marks: RegExp): string {
  return encodeURIComponent(text).replace(
    marks,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
