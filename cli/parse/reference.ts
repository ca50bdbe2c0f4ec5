/** Splits an image reference into its name and tag (or digest, with `sha256:`); the tag is undefined if absent. */
export function splitReference(reference: string): { name: string; tag: string | undefined } {
  const at = reference.indexOf('@');
  if (at > 0) return { name: reference.slice(0, at), tag: reference.slice(at + 1) };
  const colon = reference.lastIndexOf(':');
  const isPort = colon < reference.lastIndexOf('/');
  if (colon <= 0 || isPort) return { name: reference, tag: undefined };
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** `debian` → `debian:latest`. */
export function withDefaultTag(reference: string): string {
  const { name, tag } = splitReference(reference);
  return tag === undefined ? `${name}:latest` : reference;
}
