import { resolve } from 'node:path';
import { flag, isSet, type Call, type Command } from '../cli/command.ts';
import { createContainer, type Created } from '../container/create.ts';
import { deleteContainer } from '../container/delete.ts';
import { startContainer } from '../container/start.ts';
import { withTerminal } from '../container/terminal.ts';
import { forwardSignals } from '../container/forward.ts';
import { loadSpec } from '../spec/load.ts';
import { createOptions, newContainer } from './create.ts';

/** Creates and starts a container; unless detached, waits for its exit and deletes it. */
export const run: Command = {
  usage: '[options] CONTAINER',
  options: { ...createOptions, detach: { ...flag, short: 'd' }, keep: flag, 'no-subreaper': flag },
  arguments: { min: 1, max: 1 },
  async run(call) {
    const wanted = newContainer({ ...call, id: call.positionals[0] ?? '' });
    if (isSet(call.values, 'detach') || wanted.consoleSocket !== undefined) return await runAll(call, wanted);
    const spec = loadSpec(resolve(wanted.bundle));
    if (!spec.process?.terminal) return await runAll(call, { ...wanted, spec });
    return await withTerminal((consoleSocket) => runAll(call, { ...wanted, spec, consoleSocket }));
  },
};

async function runAll(call: Call, wanted: ReturnType<typeof newContainer>): Promise<number> {
  const { context, values } = call;
  const created = await createContainer(context, wanted);
  try {
    await startContainer(context, created);
  } catch (error) {
    await deleteContainer(context, wanted.id, true);
    throw error;
  }
  if (isSet(values, 'detach')) {
    created.monitor.reports.close();
    return 0;
  }
  const code = await endOf(created);
  if (!isSet(values, 'keep')) await deleteContainer(context, wanted.id, true);
  return code;
}

async function endOf({ monitor, state }: Created): Promise<number> {
  const stop = forwardSignals(state.init);
  try {
    return await monitor.ended;
  } finally {
    stop();
  }
}
