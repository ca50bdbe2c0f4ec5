/** Names of an object's methods, also those of its class, and of what a proxy stands for. */
export function functionsIn(service: object): string[] {
  const names = new Set<string>();
  for (let at: unknown = service; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  const members = service as Record<string, unknown>;
  return [...names].filter((name) => name !== 'constructor' && typeof members[name] === 'function');
}
