export interface Size {
  height: number;
  width: number;
}

/** The terminal's size; undefined if it is no terminal or does not know. */
export function sizeOf(stdout: NodeJS.WriteStream): Size | undefined {
  if (!stdout.isTTY) return undefined;
  const [width, height] = stdout.getWindowSize();
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/**
 * Tells the container the terminal's size, now and whenever it changes.
 * @returns stops it
 */
export function followSize(stdout: NodeJS.WriteStream, resize: (size: Size) => Promise<void>): () => void {
  const tell = () => {
    const size = sizeOf(stdout);
    // The process may not be there yet or any more; the next change tells it again.
    if (size) resize(size).catch(() => undefined);
  };
  tell();
  stdout.on('resize', tell);
  return () => stdout.off('resize', tell);
}
