import assert from 'node:assert/strict';
import { parseTemplate } from '../../../../cli/output/template.ts';

const data = {
  Names: 'web',
  State: { Running: true, ExitCode: 0 },
  Config: { Env: ['A=1', 'B=2'], Labels: { 'a.b': 'c' } },
  Networks: { bridge: { IPAddress: '10.0.0.2' } },
  Nothing: null,
};

describe('templates', () => {
  const cases: [template: string, text: string][] = [
    ['plain', 'plain'],
    ['{{.Names}}', 'web'],
    ['{{ .Names }}\\t{{.State.Running}}\\n', 'web\ttrue\n'],
    ['{{.Missing}} {{.Missing.Deep}}', '<no value> <no value>'],
    ['{{.State}} {{.Config.Env}} {{.Nothing}}', 'map[ExitCode:0 Running:true] [A=1 B=2] <nil>'],
    ['{{.names}} {{.STATE.exitCode}}', 'web 0'],
    ['<{{index .Config.Labels "missing"}}>', '<>'],
    ['{{json .State}}', '{"Running":true,"ExitCode":0}'],
    ['{{json .Missing}}', 'null'],
    ['{{len .Config.Env}} {{len .Names}}', '2 3'],
    ['{{join .Config.Env ","}}', 'A=1,B=2'],
    ['{{index .Config.Labels "a.b"}} {{index .Config.Env 1}}', 'c B=2'],
    ['{{upper .Names}}{{lower "X"}}', 'WEBx'],
    ['{{range .Networks}}{{.IPAddress}};{{end}}', '10.0.0.2;'],
    ['{{range .Config.Env}}<{{.}}>{{else}}none{{end}}', '<A=1><B=2>'],
    ['{{range .Missing}}x{{else}}none{{end}}', 'none'],
    ['{{if .State.Running}}up{{else}}down{{end}} {{if .State.ExitCode}}bad{{end}}', 'up '],
    ['{{range .Config.Env}}{{if .}}{{.}}{{end}}{{end}}', 'A=1B=2'],
  ];
  for (const [template, text] of cases) it(template, () => assert.equal(parseTemplate(template)(data), text));

  describe('that are strict', () => {
    const strict = (template: string) => parseTemplate(template, { strict: true })(data);

    for (const template of [
      '{{.Missing}}',
      '{{.State.Missing}}',
      '{{json .Missing.Deep}}',
      '{{len .Missing}}',
    ])
      it(`${template} names a field that does not exist`, () => {
        assert.throws(() => strict(template), {
          code: 'PCH_NOT_FOUND',
          message: /map has no entry for key "\w+"/,
        });
      });

    for (const [template, text] of [
      ['{{.State.Running}} {{.Nothing}}', 'true <nil>'],
      ['{{if .Missing}}x{{else}}none{{end}}', 'none'],
      ['{{.State.Health}} {{.Config.Labels.missing}}', '<no value> <no value>'],
    ] as const)
      it(template, () => assert.equal(strict(template), text));
  });

  for (const template of [
    '{{Names}}',
    '{{.A b}}',
    '{{shout .A}}',
    '{{range .A}}',
    '{{if .A}}x{{else}}',
    '{{end}}',
    '{{}}',
  ]) {
    it(`${template} is rejected`, () => {
      assert.throws(() => parseTemplate(template), { code: 'PCH_OPTION_INVALID', message: /^--format: / });
    });
  }
});
