import assert from 'node:assert/strict';
import { masked, secretNames } from '../../../../config/index.ts';
import { Secrets } from '../../../../core/secrets/Secrets.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import { markSecret } from '../../../../hooks/markSecret.ts';
import type { BlameEntry } from '../../../../hooks/plan.ts';
import { makeDraft } from '../plugins/support/draft.ts';

const patterns = ['*PASSWORD*', '*TOKEN*', '*KEY', '!*_FILE'];

describe('names of secrets', () => {
  const isSecret = secretNames(patterns);
  for (const name of [
    'PASSWORD',
    'DB_PASSWORD',
    'db.password',
    'dbPassword',
    'api-token',
    'a/token',
    'KEY',
    'apiKey',
  ])
    it(`include ${name}`, () => assert.equal(isSecret(name), true));
  for (const name of ['HOME', 'KEYBOARD', 'DB_PASSWORD_FILE', 'PASS', ''])
    it(`do not include "${name}"`, () => assert.equal(isSecret(name), false));

  it('are decided by the last pattern that matches; other characters stand for themselves', () => {
    assert.equal(secretNames(['!*_FILE', '*PASSWORD*'])('PASSWORD_FILE'), true);
    assert.equal(secretNames(['A.B'])('A_B'), true);
    assert.equal(secretNames(['A.B'])('AXB'), false);
    assert.equal(secretNames([])('PASSWORD'), false);
  });
});

describe('secrets of a draft', () => {
  const value = 'open "sesame"';
  let secrets: Secrets;
  beforeEach(() => {
    secrets = new Secrets(() => patterns);
  });

  const draftOf = (env: Record<string, string>) => {
    const draft = makeDraft();
    Object.assign(draft.process.env, env);
    return draft;
  };

  it('leave the rest of the data as it is, which is not copied', () => {
    const draft = draftOf({ TOKEN: 'a' });
    const shown = secrets.data(draft, [], draft);
    assert.notEqual(shown.process, draft.process);
    assert.equal(shown.mounts, draft.mounts);
    const harmless = draftOf({ USER: 'b' });
    assert.equal(secrets.data(harmless, [], harmless), harmless);
  });

  it('are decided anew for each name when the patterns change', () => {
    let current = ['*TOKEN*'];
    const changing = new Secrets(() => current);
    const env = (name: string) => changing.data({ [name]: 'a' }, ['process', 'env'])[name];
    assert.deepEqual([env('TOKEN'), env('USER'), env('TOKEN')], [masked, 'a', masked]);
    current = ['USER'];
    assert.deepEqual([env('TOKEN'), env('USER')], ['a', masked]);
  });

  it('are masked by name in variables, labels, annotations, log options and arguments of effects only', () => {
    const draft = draftOf({ TOKEN: 'a', USER: 'b' });
    Object.assign(draft, {
      labels: { 'app.token': 'a', app: 'b' },
      annotations: { token: 'a' },
      log: { driver: 'json-file', options: { 'access-token': 'a' } },
      effects: { vault: { kind: 'vault', stage: 'create', args: { token: { id: 'a' }, path: 'b' } } },
      hostname: 'token',
    });
    const shown = secrets.data(draft, [], draft);
    assert.equal(shown.process.env['TOKEN'], masked);
    assert.equal(shown.process.env['USER'], 'b');
    assert.deepEqual(shown.labels, { 'app.token': masked, app: 'b' });
    assert.deepEqual(shown.annotations, { token: masked });
    assert.deepEqual(shown.log.options, { 'access-token': masked });
    assert.deepEqual(shown.effects['vault']?.args, { token: masked, path: 'b' });
    assert.equal(shown.hostname, 'token');
    assert.equal(draft.process.env['TOKEN'], 'a', 'the draft itself stays');
  });

  it('are masked by mark, with the fields below', () => {
    const draft = draftOf({ DSN: 'a' });
    draft.files['/etc/app'] = { content: 'a', mode: 0o600, readonly: true };
    markSecret(draft, 'process.env.DSN');
    markSecret(draft, 'files["/etc/app"].content');
    const shown = secrets.data(draft, [], draft);
    assert.equal(shown.process.env['DSN'], masked);
    assert.deepEqual(shown.files['/etc/app'], { content: masked, mode: 0o600, readonly: true });
    assert.deepEqual(secrets.data(['DSN=a', 'A=DSN'], ['process', 'env'], draft), [`DSN=${masked}`, 'A=DSN']);
  });

  it('are masked in blame: of the field, of one above and of one below', () => {
    const entry = (field: string, after: unknown): BlameEntry => ({
      field,
      after,
      plugin: 'p',
      hook: 'h',
      action: 'set',
      ms: 0,
    });
    const draft = draftOf({});
    markSecret(draft, 'process.env.DSN');
    const shown = secrets.blame(
      [
        entry('process.env.DSN', 'a'),
        entry('process.env', { DSN: 'a', TOKEN: 'b', HOME: 'c' }),
        { ...entry('labels["x.token"]', undefined), before: 'a', action: 'removed' },
        entry('effects.v.args.token.id', 'a'),
        entry('secrets["process.env.DSN"]', true),
      ],
      draft,
    );
    assert.deepEqual(
      shown.map(({ before, after }) => before ?? after),
      [masked, { DSN: masked, TOKEN: masked, HOME: 'c' }, masked, masked, true],
    );
  });

  it('are masked in text wherever their values occur, also within JSON', () => {
    const draft = draftOf({ DB_PASSWORD: value, SHORT_TOKEN: 'true' });
    assert.equal(secrets.text(`login ${value}`), `login ${value}`, 'nothing is known yet');
    secrets.note(draft);
    assert.equal(secrets.text(`login ${value}, twice ${value}!`), `login ${masked}, twice ${masked}!`);
    assert.equal(secrets.text(JSON.stringify({ value })), `{"value":"${masked}"}`);
    assert.equal(secrets.text('it is true'), 'it is true', 'a short value is part of other text by chance');
    assert.deepEqual(secrets.data({ files: { a: `x=${value}` } }), { files: { a: `x=${masked}` } });
  });

  it('the longest value first', () => {
    secrets.note(draftOf({ A_TOKEN: 'abcdef', B_TOKEN: 'abcdefghi' }));
    assert.equal(secrets.text('abcdefghi abcdef'), `${masked} ${masked}`);
  });

  it('are masked in errors, which keep all else', () => {
    secrets.note(draftOf({ DB_PASSWORD: value }));
    const error = new PouchError('PCH_CONFLICT', `no ${value}`, {
      hint: `not ${value}`,
      plugin: 'p',
      hook: 'h',
      container: 'c',
      field: 'env',
      cause: new Error(value),
    });
    const { message, hint, code, plugin, hook, container, field, cause } = secrets.error(error) as PouchError;
    assert.deepEqual(
      { message, hint, code, plugin, hook, container, field, cause },
      {
        message: `no ${masked}`,
        hint: `not ${masked}`,
        code: 'PCH_CONFLICT',
        plugin: 'p',
        hook: 'h',
        container: 'c',
        field: 'env',
        cause: undefined,
      },
    );
    const other = new PouchError('PCH_CONFLICT', 'nothing in it');
    assert.equal(secrets.error(other), other);
  });

  it('of options of plugins are known by name', () => {
    secrets.noteNamed('plugins[0]', { options: { password: value, url: 'https://x' }, env: { A: '1' } });
    assert.equal(secrets.text(`${value} https://x`), `${masked} https://x`);
  });
});
