/**
 * `npm run matrix`: boots a container of each rich mode, with each runtime, with and without a user namespace, and
 * writes what it found to docs/reference/rich-matrix.md. It takes some ten minutes, so no test does it.
 */
import { execa } from 'execa';
import { provideDebian } from '../support/debianImage.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import {
  bootstrapPackages,
  installMissing,
  runtimePackages,
  testPackages,
} from '../../scripts/lib/debian.ts';
import { writeGenerated } from '../../scripts/lib/generated.ts';
import { runScript, SetupError } from '../../scripts/lib/SetupError.ts';
import { type Findings, measure } from './measure.ts';
import { cells } from './cells.ts';
import { hostFacts } from './hostFacts.ts';
import { matrixImages } from './images.ts';
import { matrixPage } from './page.ts';

const output = 'docs/reference/rich-matrix.md';

await runScript(async () => {
  if (process.getuid?.() !== 0) throw new SetupError('Containers need root: run sudo npm run matrix');
  await installMissing([...runtimePackages, ...bootstrapPackages, ...testPackages]);
  await execa('node', ['--import', 'tsx', 'scripts/build.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const daemon = await TestPouchd.create();
  try {
    for (const image of Object.values(matrixImages)) await provideDebian(daemon, image);
    const rows: Findings[] = [];
    for (const cell of await cells(daemon.dir)) {
      const row = await measure(daemon, cell);
      console.log(Object.values(row).join('  '));
      rows.push(row);
    }
    await writeGenerated({ [output]: matrixPage({ command: 'npm run matrix', host: hostFacts(), rows }) });
    return rows.some(({ problem }) => problem !== '') ? 1 : 0;
  } finally {
    await daemon.dispose();
  }
});
