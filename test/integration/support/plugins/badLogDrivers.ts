import { appendFileSync, existsSync } from 'node:fs';
import { definePlugin, Type } from 'pouch/hooks';

/** Log drivers that fail in every way; files in `dir` switch a fault on. */
export default definePlugin({
  name: 'bad-log-drivers',
  options: Type.Object({ dir: Type.String() }),
  setup({ logDriver, options: { dir } }) {
    const fault = (name: string) => existsSync(`${dir}/fault-${name}`);
    const append = (name: string, lines: readonly unknown[]) =>
      appendFileSync(`${dir}/${name}.lines`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    logDriver({
      name: 'files',
      doc: 'A file for each container.',
      deadlineMs: 1000,
      options: Type.Object({ level: Type.Optional(Type.Integer({ minimum: 1 })) }),
      check({ options: { level = 1 } }) {
        if (fault('check')) throw new Error('the server is away (check)');
        if (level > 5) throw new Error('level is at most 5');
      },
      async write({ container: { name }, lines }) {
        if (fault('throw')) throw new Error('the server is away');
        if (fault('hang')) await new Promise(() => undefined);
        if (fault('kill')) process.kill(process.pid, 'SIGKILL');
        if (fault('flood')) for (;;) process.stdout.write('x'.repeat(65_536));
        if (fault('spin')) for (;;);
        if (fault('exit')) process.exit(0);
        append(name, lines);
        if (fault('throw-after')) throw new Error('the server is away (after)');
        if (fault('kill-after')) process.kill(process.pid, 'SIGKILL');
        if (fault('garbage')) return { written: 'x', self: () => 1 } as never;
      },
    });
    logDriver({
      name: 'good',
      doc: 'Another one of the same plugin.',
      write: ({ container: { name }, lines }) => append(name, lines),
    });
  },
});
