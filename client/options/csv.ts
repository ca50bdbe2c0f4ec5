/** Fields with commas between them (CSV), as in Docker's --mount and --network. */

/** Splits at commas, except within double quotes, where `""` is a quote. */
export function splitCsv(text: string): string[] {
  const field = /(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/gy;
  return [...text.matchAll(field)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** The reverse of {@link splitCsv}. */
export function joinCsv(fields: readonly string[]): string {
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
