/** Splits at commas; a field in double quotes may hold commas (as Docker's --mount), `""` in it is one quote. */
export function splitCsv(text: string): string[] {
  const field = /(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/gy;
  return [...text.matchAll(field)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
