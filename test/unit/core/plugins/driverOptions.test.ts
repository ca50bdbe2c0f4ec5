import assert from 'node:assert/strict';
import { driverOptions } from '../../../../core/plugins/run/driverOptions.ts';
import { Type } from '../../../../hooks/index.ts';

const driver = {
  name: 'd',
  doc: '',
  options: Type.Object({
    size: Type.Integer({ default: 7 }),
    share: Type.Number(),
    lazy: Type.Optional(Type.Boolean()),
    mode: Type.Optional(Type.Union([Type.Literal('ro'), Type.Literal('rw')])),
    text: Type.Optional(Type.String()),
  }),
};
const convert = (options: Record<string, string>) => driverOptions(driver, options, 'p');

describe('options of a volume driver', () => {
  it('are converted from text, with defaults', () => {
    assert.deepEqual(convert({ share: '0.5', lazy: 'false', mode: 'ro', text: '12' }), {
      size: 7,
      share: 0.5,
      lazy: false,
      mode: 'ro',
      text: '12',
    });
    assert.deepEqual(convert({ share: '-1', size: '10' }), { share: -1, size: 10 });
  });

  const refused = {
    'must be integer': { share: '1', size: '1k' },
    'must be number': { share: '' },
    'must be boolean': { share: '1', lazy: '1' },
    'required property': {},
    'no option "sice"': { share: '1', sice: '1' },
    'no option "__proto__"': Object.fromEntries([
      ['share', '1'],
      ['__proto__', '1'],
    ]),
    'expected at most 65536': { text: 'x'.repeat(70_000) },
  };
  for (const [problem, options] of Object.entries(refused))
    it(`${problem} is refused, as the user's mistake`, () => {
      assert.throws(
        () => convert(options),
        (error: Error & { code?: string; plugin?: string }) => {
          assert.equal(error.code, 'PCH_OPTION_INVALID');
          assert.equal(error.plugin, undefined);
          assert.ok(error.message.includes(problem), error.message);
          return true;
        },
      );
    });

  it('a driver without options takes none', () => {
    assert.deepEqual(driverOptions({ name: 'x' }, {}, 'p'), {});
    assert.throws(() => driverOptions({ name: 'x' }, { a: '1' }, 'p'), { hint: /it takes none/ });
  });
});
