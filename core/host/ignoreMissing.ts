/** For `.catch`: what does not exist needs no removal. @throws every other error */
export function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
