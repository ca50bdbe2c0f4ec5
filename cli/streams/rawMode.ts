/**
 * Puts a terminal into raw mode; answers the way back. The terminal is also restored when the process ends in any way but
 * SIGKILL: a shell with a raw terminal is unusable.
 */
export function enterRawMode(stdin: NodeJS.ReadStream): () => void {
  if (!stdin.isTTY) return () => undefined;
  const restore = () => {
    process.off('exit', restore);
    stdin.setRawMode(false);
  };
  process.on('exit', restore);
  stdin.setRawMode(true);
  return restore;
}
