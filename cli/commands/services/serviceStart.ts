import { defineServiceAction } from '../../services/defineServiceAction.ts';

export const define = defineServiceAction('start');
