import type { ServerResponse } from 'node:http';
import type { Call } from './call.ts';

/** Responds with JSON and a final newline, as Docker does. */
export function sendJson(call: Call, body: unknown, status = 200): void {
  sendJsonText(call.response, JSON.stringify(body), status);
}

/** @param beforeEnd - runs after all bytes are sent and before the response ends, with which Node may close */
export function sendJsonText(
  response: ServerResponse,
  json: string,
  status: number,
  beforeEnd?: () => Promise<void>,
): void {
  const bytes = Buffer.from(`${json}\n`);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  if (!beforeEnd) return void response.end(bytes);
  response.write(bytes);
  void beforeEnd().finally(() => response.end());
}

/** Responds with 204, or 304 if nothing changed. */
export function sendEmpty(call: Call, status: 200 | 201 | 204 | 304 = 204): void {
  call.response.writeHead(status, status === 200 || status === 201 ? { 'Content-Length': 0 } : {});
  call.response.end();
}
