import { onContainer } from '../cli/command.ts';
import { startContainer } from '../container/start.ts';
import { containerDir, keptSpec, readState } from '../state/store.ts';

export const start = onContainer({}, async ({ context, id }) => {
  const state = readState(context.root, id);
  const dir = containerDir(context.root, id);
  await startContainer(context, { state, dir, spec: keptSpec(dir) });
});
