import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** Behaviour that all of runc’s commands share, and `spec`. */
export const generalCommandRows = [
  ...section('runc#log', [
    {
      must: 'with --log-format json an error is a line with level, msg and time in the --log file',
      test: async (c) => {
        await c.call(['state', 'none']);
        const { level, msg, time } = JSON.parse(c.log.trim().split('\n').at(-1)!) as Record<string, string>;
        assert.equal(level, 'error');
        assert.match(msg!, /not exist|not found|no such file/i);
        assert.ok(!Number.isNaN(Date.parse(time!)));
      },
    },
    {
      must: 'a line break or a quote in a message is escaped',
      test: async (c) => {
        c.spec.process.args = ['/no/"such"\nfile'];
        failed(await c.run(), /no such file/i);
        for (const line of c.log.trim().split('\n')) JSON.parse(line);
      },
    },
    {
      must: 'an unknown command is an error',
      test: async (c) => void failed(await c.call(['brew', c.id]), /brew|command|help/i),
    },
    {
      must: 'an unknown flag is an error',
      test: async (c) => void failed(await c.call(['state', '--coffee', c.id]), /coffee|flag|option/i),
    },
  ]),
  ...section('runc#version', [
    {
      must: '--version has the runtime’s name and version in the first line, and the specification’s in another',
      test: async (c) => {
        const { stdout } = succeeded(await c.call(['--version']));
        assert.match(stdout, /^\w+ version \d+\.\d+\.\d+/);
        assert.match(stdout, /^spec: 1\.\d+\.\d+/m);
      },
    },
  ]),
  ...section('runc#spec', [
    {
      must: 'writes a config.json that runs a container',
      test: async (c) => {
        succeeded(await c.call(['spec'], { cwd: c.place.directory }));
        const spec = JSON.parse(readFileSync(c.path('config.json'), 'utf8')) as Container['spec'];
        spec.process.terminal = false;
        spec.process.args = ['/bin/sh', '-c', 'echo good'];
        delete spec.process.rlimits;
        Object.assign(c.spec, spec, { linux: { ...spec.linux, cgroupsPath: c.place.cgroup } });
        c.spec.mounts = spec.mounts.map((mount) => ({
          ...mount,
          ...(mount.options && { options: mount.options.filter((option) => option !== 'gid=5') }),
        }));
        assert.equal(succeeded(await c.run()).stdout, 'good\n');
      },
    },
    {
      must: 'does not overwrite a config.json',
      test: async (c) => {
        c.write();
        const before = readFileSync(c.path('config.json'), 'utf8');
        failed(await c.call(['spec'], { cwd: c.place.directory }), /exist/i);
        assert.equal(readFileSync(c.path('config.json'), 'utf8'), before);
      },
    },
  ]),
];
