export interface Size {
  height: number;
  width: number;
}

/** Returns the terminal's size; undefined if stdout is not a terminal or its size is unknown. */
export function sizeOf(stdout: NodeJS.WriteStream): Size | undefined {
  if (!stdout.isTTY) return undefined;
  const [width, height] = stdout.getWindowSize();
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/**
 * Resizes the container's terminal to this one's size, now and on every change.
 * @returns a function that stops it
 */
export function followSize(stdout: NodeJS.WriteStream, resize: (size: Size) => Promise<void>): () => void {
  const update = () => {
    const size = sizeOf(stdout);
    // The process may not run yet or any more; the next change resizes again.
    if (size) resize(size).catch(() => undefined);
  };
  update();
  stdout.on('resize', update);
  return () => stdout.off('resize', update);
}
