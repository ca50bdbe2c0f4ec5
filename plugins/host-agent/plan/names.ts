/** Names of containers while one takes the place of another. */
export function nextName(name: string): string {
  return `${name}.next`;
}

export function previousName(name: string): string {
  return `${name}.previous`;
}
