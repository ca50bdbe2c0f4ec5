import type { Row } from '../support/row.ts';
import { processRows } from './process.ts';

/** Every row, in the order of the specification. */
export const rows: Row[] = [...processRows];
