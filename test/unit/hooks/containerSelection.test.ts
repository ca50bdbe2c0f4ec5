import assert from 'node:assert/strict';
import { isSelected } from '../../../hooks/index.ts';

describe('a selection of containers', () => {
  const container = (name: string, labels: Record<string, string> = {}) => ({ name, draft: { labels } });

  it('is of names, and of all labels', () => {
    const selection = { containers: ['web-*', 'db'], labels: ['team=sh*', 'prod'] };
    const labels = { team: 'shop', prod: '' };
    assert.ok(isSelected(selection, container('web-1', labels)));
    assert.ok(isSelected(selection, container('db', labels)));
    assert.ok(!isSelected(selection, container('db2', labels)));
    assert.ok(!isSelected(selection, container('db', { team: 'shop' })));
    assert.ok(!isSelected(selection, container('db', { ...labels, team: 'ops' })));
  });

  it('finds no label that every object has', () => {
    assert.ok(!isSelected({ containers: ['*'], labels: ['constructor'] }, container('web')));
  });
});
