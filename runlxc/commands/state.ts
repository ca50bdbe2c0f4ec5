import { onContainer } from '../cli/command.ts';
import { runcState, statusOf } from '../state/status.ts';
import { readState } from '../state/store.ts';

export const state = onContainer({}, ({ context, id }) => {
  const found = readState(context.root, id);
  console.log(JSON.stringify(runcState(found, statusOf(found, context.layout)), undefined, 2));
});
