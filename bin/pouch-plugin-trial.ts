/** Loads the plugin files that are its arguments, in place of pouchd, which starts it; see core/plugins/trial. */
import { main } from '../core/plugins/trial/main.ts';

await main(process.argv.slice(2));
