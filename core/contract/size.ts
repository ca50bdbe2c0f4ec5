/**
 * A size in Docker's short form as log options have it: `10m`, `1g`, bytes; undefined if it is missing or of no such
 * form.
 */
export function parseSize(text: string | undefined): number | undefined {
  const match = /^(\d+)([bkmgt]?)b?$/i.exec(text ?? '');
  if (!match) return undefined;
  const power = 'bkmgt'.indexOf((match[2] || 'b').toLowerCase());
  return Number(match[1]) * 1024 ** power;
}

/** The same, or a number that may have a fraction: `0.5`. */
export function parseLimit(text: string | undefined): number | undefined {
  return /^\d+\.\d+$/.test(text ?? '') ? Number(text) : parseSize(text);
}
