/** Splits text into words as a Dockerfile does: quotes and backslashes keep spaces. */
export function words(text: string): string[] {
  const pattern = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs;
  return (text.match(pattern) ?? []).map(unquoted);
}

function unquoted(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) => {
    if (double !== undefined) return (double as string).replace(/\\(["\\$])/g, '$1');
    return (single ?? escaped) as string;
  });
}
