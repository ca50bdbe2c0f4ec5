import assert from 'node:assert/strict';
import { until } from '../../support/call.ts';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runtime.md, Kill. */
export const killRows = section('runtime.md#kill', [
  {
    must: 'killing an unknown container is an error',
    test: async (c) =>
      void failed(await c.call(['kill', 'none', 'KILL']), /not exist|not found|no such file/i),
  },
  {
    must: 'killing a stopped container is an error',
    test: async (c) => {
      await c.ended();
      failed(await c.kill('TERM'), /not running|stopped|finished|no such process|state/i);
    },
  },
  ...['TERM', 'SIGTERM', '15'].map((signal) => ({
    must: `the signal can be ${signal}`,
    test: async (c: Container) => {
      await c.running('trap "echo caught; exit" TERM; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill(signal));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  })),
  {
    must: 'a realtime signal can be given by its number',
    test: async (c) => {
      await c.running('trap "echo caught; exit" 37; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill('37'));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  {
    must: 'a realtime signal can be given by its name, SIGRTMIN+3',
    test: async (c) => {
      await c.running('trap "echo caught; exit" 37; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill('SIGRTMIN+3'));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  {
    must: 'without a signal it is TERM',
    test: async (c) => {
      await c.running('trap "echo caught; exit" TERM; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.call(['kill', c.id]));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  ...['COFFEE', '99', '-1'].map((signal) => ({
    must: `the signal ${signal} is refused, and the container keeps running`,
    test: async (c: Container) => {
      await c.running();
      failed(await c.kill(signal), /./);
      assert.equal(await c.status(), 'running');
    },
  })),
  {
    must: 'KILL ends the container',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
    },
  },
]);
