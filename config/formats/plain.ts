/** Converts the maps of a value to objects; its scalars keep their types. */
export function plain(raw: unknown): unknown {
  if (raw instanceof Map)
    return Object.fromEntries([...raw].map(([key, value]) => [String(key), plain(value)]));
  return Array.isArray(raw) ? raw.map(plain) : raw;
}
