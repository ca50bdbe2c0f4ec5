import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { bashCompletion } from '../../../../cli/completion/bash.ts';
import { allNodes, describeTree } from '../../../../cli/completion/describeTree.ts';
import type { CompletionNode } from '../../../../cli/completion/describeTree.ts';
import { fishCompletion } from '../../../../cli/completion/fish.ts';
import { zshCompletion } from '../../../../cli/completion/zsh.ts';
import { buildProgram, wholeTree } from '../../../../cli/program.ts';
import { Session } from '../../../../cli/Session.ts';
import { fakeTerminal } from '../support/fakeTerminal.ts';

describe('completions', () => {
  let tree: CompletionNode;
  before(async () => {
    tree = describeTree(await buildProgram(new Session(fakeTerminal().terminal), wholeTree));
  });

  it('include every command and option in every shell', () => {
    for (const write of [bashCompletion, zshCompletion, fishCompletion]) {
      const script = write(tree);
      for (const node of allNodes(tree)) {
        assert.ok(script.includes(node.path.at(-1) ?? ''), node.path.join(' '));
        for (const { long } of node.options)
          assert.ok(script.includes(long.slice(2)), `${node.path.join(' ')} ${long}`);
      }
    }
  });

  /** Returns what bash proposes at the end of a line. */
  function proposals(...words: string[]): string[] {
    const script = `${bashCompletion(tree)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
pouch() {
  case "$1 $2 \${@: -1}" in
    'svc ls box') echo cron; echo ssh ;;
    'snapshot ls box') echo before ;;
    *) echo web ;;
  esac
}
_pouch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8', timeout: 10_000 })
      .split('\n')
      .filter(Boolean);
  }

  it('in bash propose commands', () => {
    assert.deepEqual(proposals('pouch', 'ren'), ['rename']);
    assert.deepEqual(proposals('pouch', 'image', 'boot'), ['bootstrap']);
  });

  it('in bash propose options of a command, also of a subcommand', () => {
    assert.deepEqual(proposals('pouch', 'run', '--rich-m'), ['--rich-mode']);
    assert.deepEqual(proposals('pouch', '-H', 'x', 'container', 'ls', '--no-t'), ['--no-trunc']);
  });

  it('in bash propose names of profiles after --profile, and options after its value', () => {
    assert.deepEqual(proposals('pouch', 'run', '--profile', 'w'), ['web']);
    assert.deepEqual(proposals('pouch', 'run', '--profile', 'web', '--prof'), ['--profile']);
  });

  it('in bash propose services and snapshots of the container that is named before', () => {
    for (const action of ['start', 'stop', 'restart', 'status', 'logs', 'enable', 'disable']) {
      assert.deepEqual(proposals('pouch', 'svc', action, 'w'), ['web']);
      assert.deepEqual(proposals('pouch', 'svc', action, 'box', ''), ['cron', 'ssh']);
      assert.deepEqual(proposals('pouch', 'svc', action, 'box', 'c'), ['cron']);
    }
    assert.deepEqual(proposals('pouch', 'svc', 'stop', 'box', 'cron', 's'), ['ssh']);
    assert.deepEqual(proposals('pouch', 'snapshot', 'restore', 'box', 'b'), ['before']);
  });

  it('in bash propose names of containers and of plugins', () => {
    assert.deepEqual(proposals('pouch', 'stop', 'w'), ['web']);
    assert.deepEqual(proposals('pouch', 'plugin', 'inspect', 'w'), ['web']);
  });
});
