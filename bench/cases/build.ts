import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interleaved, timed } from '../measure.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';
import { platforms } from './platforms.ts';

const dockerfile = 'FROM busybox\nRUN echo built >/built\nCOPY files /files\nCMD ["cat","/built"]\n';

export const buildCached: Case = {
  name: 'build-cached',
  about:
    'build of an unchanged context of 100 files, whose instructions all ran before; docker: its first builder',
  async measure(bench) {
    const { present, notes } = await platforms(bench);
    const context = join(bench.dir, 'context');
    await mkdir(join(context, 'files'), { recursive: true });
    await writeFile(join(context, 'Dockerfile'), dockerfile);
    for (let index = 0; index < 100; index++)
      await writeFile(join(context, `files/${index}`), 'x'.repeat(10_000));
    const contenders = present.map((platform) => {
      const command = platform.command('build', '-t', 'bench-build', context);
      const env = { ...command.env, DOCKER_BUILDKIT: '0' };
      return { name: platform.name, once: async () => await timed({ ...command, env }) };
    });
    const series = await interleaved(contenders, bench.options.runs);
    return { series, targets: [ratioTarget(series, 'pouch', ['docker'])], notes };
  },
};
