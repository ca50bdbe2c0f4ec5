/** package.json of a new plugin. @param test command that runs its tests */
export function packageJson(name: string, test: string, devDependencies: Record<string, string>): string {
  const fields = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { test },
    devDependencies,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}
