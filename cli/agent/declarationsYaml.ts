/** Declarations as a file of conf.d has them; what their user has to know is in comments. */
import { Document, isMap, isScalar } from 'yaml';
import type { AgentDeclaration, AgentDeclarations } from '../../client/index.ts';

export function declarationsYaml({ Networks, Volumes, Containers }: AgentDeclarations): string {
  const sections = { networks: Networks, volumes: Volumes, containers: Containers };
  const used = Object.entries(sections).filter(([, list]) => list.length > 0);
  const document = new Document(
    Object.fromEntries(used.map(([section, list]) => [section, Object.fromEntries(list.map(entryOf))])),
  );
  for (const [section, list] of used) for (const one of list) comment(document, section, one);
  return document.toString({ lineWidth: 0, nullStr: '' });
}

function entryOf({ Name, Words }: AgentDeclaration): [string, unknown] {
  return [Name, Object.keys(Words).length === 0 ? null : Words];
}

/** Above the name of an object. */
function comment(document: Document, section: string, { Name, Notes, Lost }: AgentDeclaration): void {
  const lines = [...Lost.map((text) => `not written: ${text}`), ...Notes];
  if (lines.length === 0) return;
  const map = document.get(section, true);
  const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === Name) : undefined;
  if (pair && isScalar(pair.key)) pair.key.commentBefore = lines.map((line) => ` ${line}`).join('\n');
}
