/** The one form of words that have several: another form of the same word is not a change. */
import { constants } from 'node:os';

/** `MKNOD` for `cap_mknod`. */
export function canonicalCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

/** `SIGINT` for `int` and `2`. */
export function canonicalSignal(signal: string): string {
  const text = signal.trim().toUpperCase();
  const known = Object.entries(constants.signals).find(([, number]) => String(number) === text);
  if (known) return known[0];
  return /^(SIG|\d)/.test(text) ? text : `SIG${text}`;
}

/** `no-new-privileges` for `no-new-privileges:true`, and `seccomp=unconfined` for `seccomp:unconfined`. */
export function canonicalSecurityOptions(options: readonly string[]): string[] {
  const canonical = options.map((option) => option.replace(/^([\w-]+):/, '$1='));
  return canonical
    .filter((option) => option !== 'no-new-privileges=false')
    .map((option) => (option === 'no-new-privileges=true' ? 'no-new-privileges' : option));
}

/** `busybox:latest` for `busybox`. */
export function canonicalReference(reference: string): string {
  return /[:@]/.test(reference.slice(reference.lastIndexOf('/') + 1)) ? reference : `${reference}:latest`;
}
