/** `npm test -- torture [SEED[:ROUND]] [MINUTES]`: see CONTRIBUTING.md. Expects a build and the tests' packages. */
import { writeFileSync } from 'node:fs';
import { parseArguments } from './arguments.ts';
import { torture } from './torture.ts';

const wanted = parseArguments(process.argv.slice(2));
const result = await torture(wanted, (line) => console.log(line));
const file = process.env['POUCH_TEST_RESULT'];
if (file !== undefined) writeFileSync(file, JSON.stringify(result));
process.exit(result.failures.length === 0 ? 0 : 1);
