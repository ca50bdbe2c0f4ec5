export const languages = ['ts', 'js', 'python', 'shell', 'ociHook'] as const;
export type Language = (typeof languages)[number];

export interface ScaffoldOptions {
  name: string;
  language: Language;
  /** The folder above the new one. */
  parent: string;
  /** ts and js: what npm installs the package `pouch` from, a version or `file:` and a folder. */
  pouch: string;
}
