import assert from 'node:assert/strict';
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciHookKind } from '../../../../hooks/oci.ts';
import { until } from '../../support/call.ts';
import { each, kinds, notes, reader, shell, share, wholeLife } from '../../support/hooks.ts';
import { section } from '../../support/row.ts';

/** The state's status during each kind of hook, by the specification. */
const statuses: Record<OciHookKind, RegExp> = {
  prestart: /^creat(ing|ed)$/,
  createRuntime: /^creat(ing|ed)$/,
  createContainer: /^creat(ing|ed)$/,
  startContainer: /^(creating|created)$/,
  poststart: /^running$/,
  poststop: /^stopped$/,
};

/** config.md, POSIX-platform Hooks. */
export const hookRows = section('config.md#posix-platform-hooks', [
  {
    must: 'every kind is called, in the order of the lifecycle',
    spec: (spec, bed) => {
      share(bed);
      // A runtime that does not wait for the slow hook calls the next one too early.
      const note = (kind: OciHookKind) =>
        `sleep 0.0${9 - kinds.indexOf(kind)}; echo ${kind} >> ${bed.host}/notes`;
      spec.hooks = Object.fromEntries(kinds.map((kind) => [kind, [shell(note(kind))]]));
    },
    test: async (c, bed) => {
      await wholeLife(c);
      assert.deepEqual(notes(bed, 'notes').split('\n'), kinds);
    },
  },
  {
    must: 'prestart, createRuntime and createContainer are called by create, startContainer and poststart by start',
    spec: (spec, bed) => {
      share(bed);
      spec.hooks = Object.fromEntries(
        kinds.map((kind) => [kind, [shell(`echo ${kind} >> ${bed.host}/notes`)]]),
      );
      spec.process.args = ['/bin/sleep', '1000'];
    },
    test: async (c, bed) => {
      await c.created();
      assert.deepEqual(notes(bed, 'notes').split('\n'), ['prestart', 'createRuntime', 'createContainer']);
      await c.started();
      await until('two more are called', () => notes(bed, 'notes').split('\n').length === 5);
      assert.deepEqual(notes(bed, 'notes').split('\n').toSorted(), kinds.slice(0, 5).toSorted());
    },
  },
  ...each((kind) => ({
    must: `${kind} gets the state on its standard input`,
    spec: (spec, bed) => {
      share(bed);
      spec.annotations = { 'org.example.key': 'value' };
      spec.hooks = { [kind]: [reader(`cat > ${bed.host}/state`)] };
    },
    test: async (c, bed) => {
      await wholeLife(c);
      const state = JSON.parse(notes(bed, 'state'));
      assert.equal(state.id, c.id);
      assert.match(state.status, statuses[kind]);
      assert.equal(state.bundle, c.place.directory);
      assert.deepEqual(state.annotations, { 'org.example.key': 'value' });
      assert.match(state.ociVersion, /^1\./);
    },
  })),
  {
    must: 'the state has the pid of the container’s process while it exists',
    spec: (spec, bed) => (spec.hooks = { createRuntime: [reader(`cat > ${bed.host}/state`)] }),
    test: async (c, bed) => {
      await c.created();
      assert.equal(JSON.parse(notes(bed, 'state')).pid, (await c.state()).pid);
    },
  },
  ...each((kind) => ({
    must: `${kind}: several hooks are called in their order`,
    spec: (spec, bed) => {
      share(bed);
      spec.hooks = {
        [kind]: ['one', 'two', 'three'].map((name) => shell(`echo ${name} >> ${bed.host}/notes`)),
      };
    },
    test: async (c, bed) => {
      await wholeLife(c);
      assert.equal(notes(bed, 'notes'), 'one\ntwo\nthree');
    },
  })),
  ...each((kind) => ({
    must: `${kind}: a hook may ignore the state`,
    spec: (spec) => {
      // More than the capacity of a pipe (pipe(7)), so that a write cannot complete.
      spec.annotations = { 'org.example.long': 'x'.repeat(200_000) };
      spec.hooks = { [kind]: [reader('exec 0<&-; true')] };
    },
    test: async (c) => wholeLife(c),
  })),
  {
    must: 'args are the hook’s arguments, including args[0]',
    spec: (spec, bed) => {
      writeFileSync(
        join(bed.host, 'hook'),
        `#!/bin/sh\ncat >/dev/null\nprintf '[%s]' "$@" > ${bed.host}/notes\n`,
        { mode: 0o755 },
      );
      spec.hooks = { createRuntime: [{ path: join(bed.host, 'hook'), args: ['zeroth', 'a b', '', 'c'] }] };
    },
    test: async (c, bed) => {
      await c.created();
      assert.equal(notes(bed, 'notes'), '[a b][][c]');
    },
  },
  ...each((kind) => ({
    must: `${kind}: env is the hook’s complete environment`,
    spec: (spec, bed) => {
      share(bed);
      spec.hooks = { [kind]: [shell(`env > ${bed.host}/notes`, { env: ['PATH=/usr/bin:/bin', 'ONE=1'] })] };
    },
    test: async (c, bed) => {
      await wholeLife(c);
      const seen = notes(bed, 'notes').split('\n');
      assert.ok(seen.includes('ONE=1'), `ONE=1 in ${seen.join()}`);
      assert.deepEqual(
        seen.filter((line) => !/^(ONE|PATH|PWD|OLDPWD|SHLVL|_)=/.test(line)),
        [],
      );
    },
  })),
  {
    must: 'prestart, createRuntime, poststart and poststop run in the runtime’s namespaces',
    spec: (spec, bed) => {
      const print = (kind: string) => shell(`readlink /proc/self/ns/net >> ${bed.host}/${kind}`);
      for (const kind of ['prestart', 'createRuntime', 'poststart', 'poststop'] as const)
        spec.hooks = { ...spec.hooks, [kind]: [print(kind)] };
    },
    test: async (c, bed) => {
      await wholeLife(c);
      for (const kind of ['prestart', 'createRuntime', 'poststart', 'poststop'])
        assert.equal(notes(bed, kind), readlinkSync('/proc/self/ns/net'), kind);
    },
  },
  {
    must: 'createContainer runs in the container’s namespaces, before its root is changed',
    spec: (spec, bed) => {
      const script = `readlink /proc/self/ns/mnt > ${bed.host}/mount; readlink /proc/self/ns/uts > ${bed.host}/uts; ls / > ${bed.host}/root`;
      spec.hooks = { createContainer: [shell(script)] };
    },
    test: async (c, bed) => {
      await c.created();
      const { pid } = await c.state();
      assert.equal(notes(bed, 'mount'), readlinkSync(`/proc/${pid}/ns/mnt`));
      assert.equal(notes(bed, 'uts'), readlinkSync(`/proc/${pid}/ns/uts`));
      assert.match(notes(bed, 'root'), /^usr$/m);
    },
  },
  {
    must: 'createContainer and createRuntime run after the namespaces are created, so that they can set them up',
    spec: (spec, bed) => {
      const look = `sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p' | { read pid; readlink /proc/$pid/ns/net > ${bed.host}/net; }`;
      spec.hooks = { createRuntime: [reader(`tr ',' '\\n' | ${look}`)] };
    },
    test: async (c, bed) => {
      await c.created();
      assert.equal(notes(bed, 'net'), readlinkSync(`/proc/${(await c.state()).pid}/ns/net`));
      assert.notEqual(notes(bed, 'net'), readlinkSync('/proc/self/ns/net'));
    },
  },
  {
    must: 'startContainer runs in the container, and its path is resolved there',
    spec: (spec, bed) => {
      share(bed);
      spec.hooks = {
        startContainer: [{ path: '/bin/busybox', args: ['cat'] }, shell(`ls / > ${bed.host}/root`)],
      };
    },
    test: async (c, bed) => {
      await wholeLife(c);
      assert.match(notes(bed, 'root'), /^bin\ndev\netc\n/);
    },
  },
  {
    must: 'startContainer has exited before the process starts',
    spec: (spec, bed) => {
      share(bed);
      spec.hooks = { startContainer: [shell(`sleep 0.2; echo hook >> ${bed.host}/notes`)] };
    },
    test: async (c, bed) => {
      await c.running(`echo process >> ${bed.host}/notes; echo ready; exec sleep 1000`);
      assert.equal(notes(bed, 'notes'), 'hook\nprocess');
    },
  },
]);
