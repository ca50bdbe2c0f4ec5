/** Hosts one plugin for pouchd, which starts it; see core/plugins/host. */
import { main } from '../core/plugins/host/main.ts';

main();
