/** Values of pages in the words of people. */

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `3.1 GiB`. */
export function bytes(count: number): string {
  const power = Math.min(binary.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const value = count / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${binary[power]}`;
}

const steps = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3600, unit: 'h' },
  { seconds: 60, unit: 'min' },
] as const;

/** `3 min`: the time since a moment, RFC 3339; empty for one that was not. */
export function age(moment: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(moment)) / 1000);
  if (Number.isNaN(seconds)) return '';
  const step = steps.find((one) => seconds >= one.seconds) ?? { seconds: 1, unit: 's' };
  return `${Math.floor(seconds / step.seconds)} ${step.unit}`;
}

/** `2026-01-31 10:00:00 UTC`; empty for a moment that was not. */
export function time(moment: string): string {
  const ms = Date.parse(moment);
  return Number.isNaN(ms) ? '' : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * Text of at most so many characters: what containers and plugins choose may be long. It ends before a word that does
 * not fit: secrets are masked afterwards, and a part of one would not be found.
 */
export function cut(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most + 1).replace(/\S*$/, '')}…` : text;
}
