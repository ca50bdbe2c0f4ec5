import type { Writable } from 'node:stream';
import type { ProgressMessage } from '../../client/index.ts';
import { printable } from './printable.ts';
import type { ProgressView } from './progressView.ts';

/** Shows progress in logs and pipes: a line per change of status, no bars. */
export function plainProgress(stream: Writable): ProgressView {
  const shown = new Map<string, string>();
  return {
    update(message: ProgressMessage) {
      if (message.stream !== undefined) stream.write(printable(message.stream.replace(/\n?$/, '\n')));
      const { id = '', status } = message;
      if (!status || (id !== '' && shown.get(id) === status)) return;
      shown.set(id, status);
      stream.write(printable(id === '' ? `${status}\n` : `${id}: ${status}\n`));
    },
    end: () => undefined,
  };
}
