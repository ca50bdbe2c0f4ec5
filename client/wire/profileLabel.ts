/** Label of a container with the names of its profiles, separated by commas; later ones take precedence. */
export const profileLabel = 'io.pouch.profile';

/** `legacy-vm,web` → its names. */
export function profilesOf(labels: Readonly<Record<string, string>> | null | undefined): string[] {
  const names = (labels?.[profileLabel] ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}
