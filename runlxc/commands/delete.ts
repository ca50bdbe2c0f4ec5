import { flag, isSet, onContainer } from '../cli/command.ts';
import { deleteContainer } from '../container/delete.ts';

export const remove = onContainer({ force: { ...flag, short: 'f' } }, ({ context, values, id }) =>
  deleteContainer(context, id, isSet(values, 'force')),
);
