/** The part of `npm run quickstart` that needs npm packages; quickstart.mjs starts it. */
import { bootstrapPackages, compilerPackages, installMissing, runtimePackages } from '../lib/debian.ts';
import { runScript, SetupError } from '../lib/SetupError.ts';
import { offerBuilder } from './builder.ts';
import { checkHost } from './checkHost.ts';
import { runRichContainer } from './container.ts';
import { startDaemon } from './daemon.ts';
import { placeFrom } from './place.ts';
import { removeAll } from './remove.ts';
import { showRichContainer } from './show.ts';

await runScript(async () => {
  const [verb, ...others] = process.argv.slice(2);
  const place = placeFrom(process.env);
  if (others.length > 0 || (verb !== undefined && verb !== 'remove'))
    throw new SetupError('Expected no arguments, or remove: npm run quickstart -- remove');
  checkHost();
  await installMissing([...runtimePackages, ...compilerPackages, ...bootstrapPackages]);
  await import('../build.ts');
  if (verb === 'remove') await removeAll(place);
  else {
    await startDaemon(place);
    await runRichContainer(place);
    await showRichContainer(place);
    await offerBuilder();
  }
  return 0;
});
