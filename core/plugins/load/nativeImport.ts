/** Imports a module as Node does. A file of its own in the build: a script with a code cache cannot import. */
export async function nativeImport(id: string): Promise<unknown> {
  return (await import(id)) as unknown;
}
