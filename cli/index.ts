/** The `pouch` command. */
export { main } from './main.ts';
export { reportError } from './reportError.ts';
