/** Labels by which the agent knows what it has made. Removing them leaves an object to its user. */
export const labels = {
  /** The name under which an object is declared. */
  declared: 'io.pouch.declared',
  /** A digest of its declaration, as it was applied last. */
  declaration: 'io.pouch.declaration',
  /** What happens to it once its declaration is gone. */
  onRemove: 'io.pouch.on-remove',
  /**
   * The agent has stopped it for a change, or taken it off a network: it starts or connects it afterwards. Killed in
   * between, the next pouchd does.
   */
  stopped: 'io.pouch.stopped-for-change',
} as const;

const own: readonly string[] = Object.values(labels);

export function isOwnLabel(name: string): boolean {
  return own.includes(name);
}

/** The labels of an object without those of the agent. */
export function usersLabels(all: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !isOwnLabel(name)));
}
