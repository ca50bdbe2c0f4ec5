import assert from 'node:assert/strict';
import { BuildOutput } from '../../../../plugins/build-buildah/BuildOutput.ts';

const id = `sha256:${'ab'.repeat(32)}`;

describe('the output of buildah', () => {
  let shown: string[];
  let output: BuildOutput;

  beforeEach(() => {
    shown = [];
    output = new BuildOutput(
      (text) => {
        if (text !== '') shown.push(text);
        return Promise.resolve();
      },
      new Map([[id, 'debian:12']]),
    );
  });

  it('is shown in the words of docker build, with the names of the Dockerfile', async () => {
    for (const line of [
      `STEP 1/3: FROM ${id}`,
      'STEP 2/3: RUN echo hi',
      'hi',
      `--> ${'cd'.repeat(6)}`,
      `--> Using cache ${'ef'.repeat(32)}`,
      '[1/2] STEP 1/2: RUN true',
      'COMMIT',
      '[2/2] COMMIT ',
    ])
      await output.add(line, 'stdout');
    assert.deepEqual(shown, [
      'Step 1/3 : FROM debian:12\n',
      'Step 2/3 : RUN echo hi\n',
      'hi\n',
      ' ---> cdcdcdcdcdcd\n',
      ' ---> Using cache\n ---> efefefefefef\n',
      '[1/2] Step 1/2 : RUN true\n',
    ]);
  });

  const commands: [string, string][] = [
    ['RUN false || exit 3', '/bin/sh -c false || exit 3'],
    ['RUN --mount=type=secret,id=a false', '/bin/sh -c false'],
    ['RUN ["/bin/a","b c"]', '/bin/a b c'],
  ];
  for (const [instruction, command] of commands)
    it(`names the command of ${instruction} as dockerd does`, async () => {
      await output.add(`STEP 2/2: ${instruction}`, 'stdout');
      await output.add('Error: building at STEP "RUN x": while running runtime: exit status 3', 'stderr');
      const error = await output.end(3);
      assert.equal(error?.code, 'PCH_BUILD_FAILED');
      assert.equal(error?.message, `The command '${command}' returned a non-zero code: 3`);
    });

  it('shows lines that look like an error of buildah, and are not the last ones', async () => {
    await output.add('Error: of the program', 'stderr');
    await output.add('more', 'stderr');
    await output.add('Error: again', 'stderr');
    assert.equal(await output.end(0), undefined);
    assert.deepEqual(shown, ['Error: of the program\n', 'more\n', 'Error: again\n']);
  });

  it('has a code for what went wrong', async () => {
    const codeOf = async (line: string) => {
      await output.add(line, 'stderr');
      return (await output.end(125))?.code;
    };
    assert.equal(await codeOf('Error: write /a: no space left on device'), 'PCH_DISK_FULL');
    assert.equal(
      await codeOf('Error: building at STEP "X": Build error: Unknown instruction: "X" &x'),
      'PCH_DOCKERFILE_INVALID',
    );
    assert.equal(await codeOf('Error: copying: no such file'), 'PCH_BUILD_FAILED');
    assert.match((await output.end(137))?.message ?? '', /ended with exit code 137/);
  });
});
