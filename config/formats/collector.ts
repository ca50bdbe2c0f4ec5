import { Refusal, textFormat } from './format.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The base URL of an OpenTelemetry collector. Traces name containers and plugins: they leave the host encrypted. */
export const collectorUrl = textFormat<string>({
  expected: 'a URL such as https://collector.example.org:4318 or http://127.0.0.1:4318',
  json: { type: 'string', pattern: '^https?://' },
  read(text) {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    if (url.protocol === 'http:' && !loopback.test(url.hostname))
      throw new Refusal('http is for this host only (127.0.0.1, [::1], localhost): use https');
    if (url.username || url.password) throw new Refusal('credentials are not allowed in a URL');
    if (url.search || url.hash) throw new Refusal('a query and a fragment are not allowed');
    return text.replace(/\/+$/, '');
  },
});
