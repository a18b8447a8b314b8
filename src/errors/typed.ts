/** Command lines that hints and reports tell the reader to type. Knows no verb. */

/** Words as one would type them: what is not plain is quoted for a POSIX shell. */
export function typed(words: readonly string[]): string {
  const quoted = words.map((word) =>
    /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  return quoted.join(' ');
}
