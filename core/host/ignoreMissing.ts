/** For `catch`: ignores ENOENT, e.g. at a removal. @throws every other error */
export function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
