/** The console of a rich container. */
import type { Attachment, ContainerRecord, OutputChunk } from '../../../hooks/engine.ts';
import { initCannot } from '../services/refusals.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning, paused } from '../task/refusals.ts';
import { attach } from './attach.ts';

/** Lines of the log that a client of a container without a console of its own gets first. */
const earlierLines = 200;

/**
 * Connects a client to a container's console: that of its init, its terminal, or else its output. Others may be
 * connected to it too.
 * @throws PCH_INIT_CANNOT, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for a paused container
 */
export async function openConsole(engine: EngineContext, record: ContainerRecord): Promise<Attachment> {
  checkConsole(record);
  const console = await engine.io.openConsole(record.id);
  if (console)
    return {
      tty: true,
      stdin: console.input,
      output: console.output(),
      detach: () => console.close(),
    };
  return await attachAsConsole(engine, record);
}

/** Sets the size of the console, which all of its clients share. */
export async function resizeConsole(
  engine: EngineContext,
  record: ContainerRecord,
  size: { height: number; width: number },
): Promise<void> {
  checkConsole(record);
  const console = await engine.io.openConsole(record.id);
  console?.resize(size);
  console?.close();
  if (!console && record.draft.process.tty) await engine.client.tasks.resizePty(record.id, '', size);
}

function checkConsole(record: ContainerRecord): void {
  if (!record.draft.rich.enabled)
    throw initCannot(record, 'a rich container with an init', { hint: `pouch attach ${record.name}` });
  if (record.state.status === 'paused') throw paused(record);
  if (record.state.status !== 'running') throw notRunning(record);
}

async function attachAsConsole(engine: EngineContext, record: ContainerRecord): Promise<Attachment> {
  const { tty } = record.draft.process;
  const logs = Boolean(record.paths.log);
  const streams = { stdin: tty, stdout: true, stderr: true, logs, tail: earlierLines };
  const attachment = await attach(engine, record, streams);
  return tty ? attachment : { ...attachment, tty: true, output: asTerminal(attachment.output) };
}

/** On a terminal the next line begins where a line feed is. */
async function* asTerminal(output: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
  for await (const { data } of output)
    yield { stream: 'stdout', data: Buffer.from(data.toString('latin1').replaceAll('\n', '\r\n'), 'latin1') };
}
