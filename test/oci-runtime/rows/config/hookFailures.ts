import assert from 'node:assert/strict';
import type { Bed } from '../../support/Bed.ts';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { notes, shell, share, vital } from '../../support/hooks.ts';
import { section, type Row } from '../../support/row.ts';

/** config.md, POSIX-platform Hooks: failures and their effects. */
export const hookFailureRows = section('config.md#posix-platform-hooks', [
  ...vital.map((kind) => ({
    must: `${kind}: after a failure no container exists, and its process has not run`,
    spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) => (spec.hooks = { [kind]: [shell('exit 3')] }),
    refused: /hook|exit|exited|status/i,
  })),
  ...vital.map((kind) => ({
    must: `${kind}: after a failure poststop hooks are called`,
    spec: (spec: Parameters<NonNullable<Row['spec']>>[0], bed: Bed) => {
      spec.hooks = { [kind]: [shell('exit 3')], poststop: [shell(`echo poststop > ${bed.host}/notes`)] };
    },
    test: async (c: Container, bed: Bed) => {
      const created = await c.create();
      if (created.code === 0) {
        await c.start();
        await c.becomes('stopped');
        succeeded(await c.delete());
      }
      assert.equal(notes(bed, 'notes'), 'poststop');
    },
  })),
  {
    must: 'startContainer: its failure is an error of start',
    spec: (spec) => (spec.hooks = { startContainer: [shell('exit 3')] }),
    test: async (c) => {
      await c.created();
      failed(await c.start(), /./);
    },
  },
  ...vital.map((kind) => ({
    must: `${kind}: hooks after a failed one are not called`,
    spec: (spec: Parameters<NonNullable<Row['spec']>>[0], bed: Bed) => {
      share(bed);
      spec.hooks = { [kind]: [shell('exit 3'), shell(`echo next > ${bed.host}/notes`)] };
    },
    test: async (c: Container, bed: Bed) => {
      failed(await c.run(), /./);
      assert.equal(notes(bed, 'notes'), '');
    },
  })),
  {
    must: 'after a failed hook the same id can be used',
    spec: (spec) => (spec.hooks = { createRuntime: [shell('exit 3')] }),
    test: async (c) => {
      failed(await c.create(), /./);
      delete c.spec.hooks;
      await c.running();
    },
  },
  {
    must: 'poststop: a failure is reported as a warning; the other hooks are called and the container is deleted',
    spec: (spec, bed) => {
      spec.hooks = { poststop: [shell('exit 3'), shell(`echo next > ${bed.host}/notes`)] };
    },
    test: async (c, bed) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      const { stderr } = succeeded(await c.delete());
      assert.match(stderr, /hook|exit|status/i);
      assert.equal(notes(bed, 'notes'), 'next');
    },
  },
  {
    must: 'poststart: a failure is reported as a warning, and the container keeps running',
    spec: (spec) => (spec.hooks = { poststart: [shell('exit 3')] }),
    test: async (c) => {
      c.spec.process.args = ['/bin/sleep', '1000'];
      await c.created();
      const { stderr } = succeeded(await c.start());
      assert.match(stderr, /hook|exit|status/i);
      assert.equal(await c.status(), 'running');
    },
  },
  ...vital.map((kind) => ({
    must: `${kind}: a hook that exceeds its timeout is killed, and counts as failed`,
    spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) =>
      (spec.hooks = { [kind]: [shell('exec sleep 100', { timeout: 1 })] }),
    refused: /hook|time|kill|signal/i,
  })),
  {
    must: 'a hook that ends in time is not affected by its timeout',
    spec: (spec) => (spec.hooks = { createRuntime: [shell('true', { timeout: 1 })] }),
    sh: 'echo good',
    prints: 'good',
  },
  {
    must: 'a timeout that is not positive is an error',
    spec: (spec) => (spec.hooks = { createRuntime: [shell('true', { timeout: -1 })] }),
    refused: /timeout|hook/i,
  },
  {
    must: 'a path that is not absolute is an error',
    spec: (spec) => (spec.hooks = { createRuntime: [{ ...shell('true'), path: 'sh' }] }),
    refused: /hook|absolute|path|exec|no such file/i,
  },
  {
    must: 'a hook that does not exist is an error',
    spec: (spec) => (spec.hooks = { createRuntime: [{ path: '/no/such/hook' }] }),
    refused: /hook|no such file|exit/i,
  },
  {
    must: 'an unknown kind is ignored like any unknown property',
    spec: (spec) => Object.assign(spec, { hooks: { precoffee: [shell('exit 3')] } }),
    sh: 'echo good',
    prints: 'good',
  },
]);
