import type { ServerResponse } from 'node:http';
import type { Call } from './call.ts';

/** Answers JSON. A newline ends it, as Docker's, so that `curl` reads well. */
export function sendJson(call: Call, body: unknown, status = 200): void {
  sendJsonText(call.response, JSON.stringify(body), status);
}

export function sendJsonText(response: ServerResponse, json: string, status: number): void {
  const bytes = Buffer.from(`${json}\n`);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  response.end(bytes);
}

/** 204, or 304 for "was so already". */
export function sendEmpty(call: Call, status: 200 | 201 | 204 | 304 = 204): void {
  call.response.writeHead(status, status === 200 || status === 201 ? { 'Content-Length': 0 } : {});
  call.response.end();
}
