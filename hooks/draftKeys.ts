/** Keys of a draft by which plugins and the engine recognize each other's entries. */

/** Annotation with which a rich plugin confirms that it has applied a rich mode; the value is the mode. */
export const richAnnotation = 'io.pouch.rich';

const networkEffectPrefix = 'network.';

/** Returns the key of the effect that attaches a network interface: `network.eth0`. */
export function networkEffectKey(interfaceName: string): string {
  return `${networkEffectPrefix}${interfaceName}`;
}

/** Whether an effect attaches a network interface, by its key. */
export function isNetworkEffect(key: string): boolean {
  return key.startsWith(networkEffectPrefix);
}
