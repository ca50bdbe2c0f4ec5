/** The program that hosts one plugin, TypeScript or JavaScript, in a process of its own (docs/guides/plugins.md). */
import type { ProcessRequest } from '../../../hooks/processProtocol.ts';
import { LineSplitter } from '../process/LineSplitter.ts';
import { PluginHost } from './PluginHost.ts';

export function main(): void {
  const host = new PluginHost();
  // As in pouchd, what a plugin leaves running does not end the others of its calls.
  const report = (kind: string) => (error: unknown) =>
    host.log.error(kind, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.on('unhandledRejection', report('unhandled rejection'));
  process.on('uncaughtException', report('uncaught exception'));
  const lines = new LineSplitter(Infinity);
  process.stdin.on('data', (chunk: Buffer) => {
    for (const line of lines.push(chunk)) host.take(JSON.parse(line.toString()) as ProcessRequest);
  });
  process.stdin.once('end', () => process.exit());
}
