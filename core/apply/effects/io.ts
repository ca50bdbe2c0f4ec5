/** The FIFOs of a container's streams, read by the log keeper. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { ContainerIo, StdioPaths } from '../../io/index.ts';
import { parseSize } from '../../contract/size.ts';

/** Bytes of rotated files that wait for a log driver, unless `max-undelivered` says otherwise. */
const standardKeepBytes = 128 * 1024 * 1024;

/** The task is gone by then, so all there will ever be is in the FIFOs; without one they have no end to wait for. */
const undoDeadlineMs = 100;

/** `onOpened` lets waiting clients subscribe before anything is written. */
export function ioEffect(
  io: ContainerIo,
  recordOf: (id: string) => ContainerRecord,
  onOpened: (id: string) => Promise<void>,
): EffectKind<{ id: string; log: string | null; delivers?: boolean }, StdioPaths> {
  return {
    kind: 'io',
    volatile: true,
    describe: ({ log }) => `open its streams${log ? `, logged to ${log}` : ''}`,
    async apply({ id, log, delivers }) {
      const { draft } = recordOf(id);
      const maxSize = parseSize(draft.log.options['max-size']);
      const maxFile = Number(draft.log.options['max-file'] ?? 1);
      const paths = await io.open(id, {
        tty: draft.process.tty,
        stdin: draft.process.openStdin,
        logPath: log,
        ...(maxSize !== undefined && { maxSize, maxFile }),
        ...(draft.log.options.compress === 'true' && { compress: true }),
        ...(delivers && { keepBytes: parseSize(draft.log.options['max-undelivered']) ?? standardKeepBytes }),
      });
      await onOpened(id);
      return paths;
    },
    async undo({ id }) {
      await io.finish(id, undoDeadlineMs);
    },
  };
}
