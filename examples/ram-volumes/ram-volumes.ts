import { definePlugin, PouchError, Type } from 'pouch/hooks';

const options = Type.Object({
  size: Type.String({
    pattern: '^[1-9][0-9]*[kmg]$',
    default: '64m',
    description: 'Most that it holds: 512k, 64m, 1g.',
  }),
  mode: Type.String({
    pattern: '^[0-7]{3,4}$',
    default: '1777',
    description: 'Permissions of the directory.',
  }),
});

const units = { k: 1, m: 1024, g: 1024 * 1024 };

/** Volume driver `ram`: volumes in memory, for scratch data that must never reach a disk. */
export default definePlugin({
  name: 'ram-volumes',
  doc: 'Volume driver ram: volumes in memory, with a size.',
  contributes: ['volumeDriver'],
  options: Type.Object({
    most: Type.String({
      pattern: '^[1-9][0-9]*[kmg]$',
      default: '1g',
      description: 'The largest size that a user may ask for.',
    }),
  }),
  setup({ volumeDriver, options: { most } }) {
    volumeDriver({
      name: 'ram',
      doc: 'Memory of the host; empty whenever no container uses it.',
      options,
      check({ options: { size } }) {
        if (kilobytes(size) <= kilobytes(most)) return;
        throw new PouchError('PCH_OPTION_INVALID', `expected a size of at most ${most}, found ${size}`, {
          hint: `use size=${most} or less`,
        });
      },
      effects: ({ options: { size, mode }, mountpoint }) => ({
        mount: {
          kind: 'host.mount',
          args: { type: 'tmpfs', target: mountpoint, options: [`size=${size}`, `mode=${mode}`] },
        },
      }),
      status: ({ options: { size } }) => ({ Medium: 'memory', Size: size }),
    });
  },
});

function kilobytes(size: string): number {
  return Number(size.slice(0, -1)) * units[size.at(-1) as keyof typeof units];
}
