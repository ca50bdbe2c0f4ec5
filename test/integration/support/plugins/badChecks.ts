import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { definePlugin, Type } from 'pouch/hooks';

const born = randomUUID();

/** A doctor check and metrics that fail in every way; files in `dir` switch a fault on. */
export default definePlugin({
  name: 'bad-checks',
  options: Type.Object({ dir: Type.String() }),
  setup({ doctorCheck, metric, options: { dir } }) {
    const runs = metric({ name: 'runs_total', doc: 'Runs.', type: 'counter', labels: ['check'] });
    const level = metric({ name: 'level', doc: 'Level.', type: 'gauge', labels: ['of'] });
    const fault = (name: string) => existsSync(`${dir}/fault-${name}`);
    doctorCheck({
      name: 'good',
      run() {
        runs.add(1, { check: 'good' });
        level.set(7, { of: 'disk' });
        return { ok: true, found: `process ${born}` };
      },
    });
    doctorCheck({
      name: 'bad',
      deadlineMs: 1500,
      async run() {
        if (fault('problem')) return { ok: false, found: 'no licence', fix: 'buy one' };
        if (fault('throw')) throw new Error('the server is gone');
        if (fault('hang')) await new Promise(() => undefined);
        if (fault('spin')) for (;;);
        if (fault('kill')) process.kill(process.pid, 'SIGKILL');
        if (fault('huge')) return { ok: true, found: 'x'.repeat(100 * 1024 * 1024) };
        if (fault('large')) return { ok: true, found: 'x'.repeat(5000) };
        if (fault('nothing')) return undefined as never;
        if (fault('text')) return 'fine' as never;
        if (fault('bigint')) return { ok: true, found: 1n } as never;
        if (fault('fix')) return { ok: false, found: 'x', fix: {} } as never;
        if (fault('negative')) runs.add(-1);
        if (fault('set')) runs.set(1);
        if (fault('nan')) level.set(NaN);
        if (fault('label')) level.add(1, { form: 'x' });
        if (fault('value')) level.add(1, { of: 'x'.repeat(201) });
        if (fault('sets')) for (let i = 0; i < 1500; i += 1) level.set(i, { of: `disk ${i}` });
        if (fault('flood')) for (;;) await new Promise((resolve) => setImmediate(() => resolve(runs.add())));
        return { ok: true, found: 'all well' };
      },
    });
  },
});
