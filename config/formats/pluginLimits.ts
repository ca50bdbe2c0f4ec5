import { limitBounds } from '../../hooks/contributions/sidecar.ts';
import type { PluginLimits } from '../types.ts';
import { textFormat } from './format.ts';
import type { RecordField } from './record.ts';
import { integer, word } from './scalar.ts';
import { size } from './size.ts';

const cpus = textFormat<number>({
  expected: 'a number of CPUs from 0.01, such as 0.5 or 2',
  json: {
    type: ['string', 'number'],
    minimum: limitBounds.cpus.minimum,
    pattern: '^\\d{1,4}(\\.\\d{1,2})?$',
  },
  read: (value) =>
    /^\d{1,4}(\.\d{1,2})?$/.test(value) && Number(value) >= limitBounds.cpus.minimum
      ? Number(value)
      : undefined,
});

/** Limits of the process of a plugin. */
export const limitFields: Readonly<Record<keyof PluginLimits, RecordField>> = {
  memory: { format: size({ min: limitBounds.memory.minimum }), doc: 'Memory. Default: 512m.' },
  cpus: { format: cpus, doc: 'CPU time per second. Default: no limit.' },
  pids: {
    format: integer(limitBounds.pids.minimum, limitBounds.pids.maximum),
    doc: 'Processes and threads. Default: 1024.',
  },
};

export const hostUser = word(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'the name or number of a user of this host');
