import type { ComposeNode } from '../ComposeNode.ts';
import type { Words } from '../words.ts';

/** Files of the top-level sections `secrets` and `configs`, by their names. */
export type Files = ReadonlyMap<string, string>;

/** The files of a section, as absolute paths. What has another source is not read, and so it is reported. */
export function filesOf(section: ComposeNode): Files {
  return new Map(
    section.entries().flatMap(([name, object]) => {
      const file = object.isMap && object.has('file') ? object.get('file').string() : undefined;
      return file === undefined ? [] : [[name, section.reader.absoluteFile(file)]];
    }),
  );
}

/**
 * Secrets or configs of a service. As in compose without Swarm, a file is mounted read-only.
 * @param directory of targets that are not absolute
 */
export function fileMountWords(items: ComposeNode, files: Files, directory: string): Words {
  return { volume: items.items().flatMap((item) => fileMount(item, files, directory) ?? []) };
}

function fileMount(item: ComposeNode, files: Files, directory: string): string | undefined {
  const name = (item.isMap ? item.get('source').string() : item.string()) ?? '';
  const file = files.get(name);
  if (file === undefined) return void item.problem(`${name} is not a file: Pouch has no equivalent`);
  const target = (item.isMap ? item.get('target').string() : undefined) ?? name;
  return `${file}:${target.startsWith('/') ? target : `${directory}/${target}`}:ro`;
}
