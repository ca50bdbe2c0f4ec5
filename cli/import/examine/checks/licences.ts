import type { Check, Finding } from '../finding.ts';

type Found = Omit<Finding, 'topic'>;

const mac = /\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b/;

/** Licences that may be bound to a network card or to the host id. All of it is a guess. */
export const licences: Check = {
  topic: 'licences',
  run({ tree }) {
    const found: Found[] = [];
    if (tree.find('/etc/hostid'))
      found.push({
        verdict: 'works',
        found: '/etc/hostid has a host id of its own, which stays',
        isGuess: true,
      });
    for (const [path, file] of tree.paths()) {
      if (file.kind !== 'file' || !/\.(lic|dat|license|key)$|licen[cs]e/i.test(path)) continue;
      if (/^\/usr\/(share|lib)\/|\/(doc|man)\//.test(path)) continue;
      const text = file.content ?? '';
      found.push(...ofFlexLm(path, text), ...ofMac(path, text));
      if (/\.lic$/i.test(path) && text === '')
        found.push({
          verdict: 'info',
          found: `${path} looks like a licence, and was not read`,
          isGuess: true,
        });
    }
    return found;
  },
};

/** `SERVER host hostid port` of FlexLM: the host id is a MAC address without colons, or another number. */
function ofFlexLm(path: string, text: string): Found[] {
  const [, id = ''] = /^SERVER\s+\S+\s+(\S+)/m.exec(text) ?? [];
  if (id === '') return [];
  if (!/^[0-9a-f]{12}$/i.test(id)) {
    const found = `${path}: FlexLM licence for the host id ${id}`;
    return [{ verdict: 'changes', found, advice: askVendor, isGuess: true }];
  }
  const address = id.match(/../g)!.join(':');
  return [{ ...bound(path, address), found: `${path}: FlexLM licence for the MAC address ${address}` }];
}

const askVendor = 'ask its vendor for a licence for the new host';

function ofMac(path: string, text: string): Found[] {
  const found = mac.exec(text)?.[0];
  return found === undefined || /^SERVER\s/m.test(text) ? [] : [bound(path, found.replaceAll('-', ':'))];
}

function bound(path: string, address: string): Found {
  return {
    verdict: 'changes',
    found: `${path}: may be bound to the MAC address ${address}`,
    advice: `--mac-address ${address.toLowerCase()}, if nothing else in its network has it`,
    isGuess: true,
  };
}
