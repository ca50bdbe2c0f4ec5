/** Public keys of OpenSSH: `TYPE BASE64 [COMMENT]` (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"; RFC 4253, 6.6). */

/** Fields of a key after its type, and the bytes of one that has a fixed size. */
const types: Record<string, { fields: number; bytes?: { field: number; size: number } }> = {
  'ssh-ed25519': { fields: 1, bytes: { field: 0, size: 32 } },
  'ssh-rsa': { fields: 2 },
  'ecdsa-sha2-nistp256': { fields: 2, bytes: { field: 1, size: 65 } },
  'ecdsa-sha2-nistp384': { fields: 2, bytes: { field: 1, size: 97 } },
  'ecdsa-sha2-nistp521': { fields: 2, bytes: { field: 1, size: 133 } },
  'sk-ssh-ed25519@openssh.com': { fields: 2, bytes: { field: 0, size: 32 } },
  'sk-ecdsa-sha2-nistp256@openssh.com': { fields: 3, bytes: { field: 1, size: 65 } },
};

/** sshd refuses smaller ones (`RequiredRSASize`). */
const smallestRsaBytes = 128;
const longestKey = 16_384;

/** Returns what is wrong with a public key; undefined if sshd takes it. The text itself is not part of it. */
export function sshKeyProblem(text: string): string | undefined {
  if (text.length > longestKey) return `found a text of ${text.length} characters`;
  if (text.includes('PRIVATE KEY')) return 'found a private key';
  if (/\p{Cc}/u.test(text)) return 'found a text with line breaks or control characters';
  const [type = '', data = ''] = text.trim().split(/ +/);
  const form = Object.hasOwn(types, type) ? types[type] : undefined;
  if (!form)
    return text.includes('ssh-') || text.includes('ecdsa-')
      ? 'found options or an unknown type before the key'
      : 'found another text';
  const fields = fieldsOf(data);
  if (!fields) return `found ${type} with damaged base64`;
  const [first, ...rest] = fields;
  const { bytes } = form;
  if (first?.toString('latin1') !== type || rest.length !== form.fields)
    return `found ${type} with the data of another key`;
  if (bytes && rest[bytes.field]!.length !== bytes.size) return `found ${type} of a wrong size`;
  return type === 'ssh-rsa' && rest[1]!.length < smallestRsaBytes
    ? 'found an RSA key below 1024 bits'
    : undefined;
}

/** Type and data of a key, which identify it whatever its comment is. */
export function sshKeyIdentity(line: string): string | undefined {
  const [type, data] = line.trim().split(/\s+/);
  return type !== undefined && data !== undefined ? `${type} ${data}` : undefined;
}

/** The fields of the data, each behind its length in 4 bytes; undefined if that does not fit. */
function fieldsOf(base64: string): Buffer[] | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const data = Buffer.from(base64, 'base64');
  if (data.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')) return undefined;
  const fields: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    if (end > data.length) return undefined;
    fields.push(data.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
