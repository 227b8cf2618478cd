// What the operator asks the server: does each part work, and how is it doing. Metrics are for those who hold the token in the data
// folder; health says no more than yes or no.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metrics } from '../metrics/metrics.ts';
import { answerJson, refuse } from './answer.ts';
import type { Route } from './server.ts';

export interface PartHealth {
  readonly ok: boolean;
  /** It does not work because it is turned off or was never there; the server is well all the same. */
  readonly off?: boolean;
}

/** Asks every part; answers by name. */
export type HealthCheck = () => Promise<Readonly<Record<string, PartHealth>>>;

/** Parts without which the server serves nobody. */
const vital = ['database', 'homeserver'];

/** Where nothing is. */
export const nothingRoute: Route = {
  prefix: '/',
  handle: (_request, response) => refuse(response, 404, 'M_UNRECOGNIZED', 'There is nothing here'),
};

export function healthRoute(check: HealthCheck): Route {
  return {
    prefix: '/_majlis/health',
    handle(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        refuse(response, 405, 'M_UNRECOGNIZED', 'Only GET is served here');
        return;
      }
      void check().then((parts) => {
        const healthy = vital.every((name) => parts[name]?.ok === true);
        const whole = Object.values(parts).every(({ ok, off = false }) => ok || off);
        answerJson(response, healthy ? 200 : 503, {
          status: !healthy ? 'down' : whole ? 'ok' : 'degraded',
          parts,
        });
      });
    },
  };
}

export function metricsRoute(metrics: Metrics, check: HealthCheck, token: string): Route {
  const wanted = digest(`Bearer ${token}`);
  return {
    prefix: '/_majlis/metrics',
    handle(request, response) {
      if (!timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) {
        response.setHeader('WWW-Authenticate', 'Bearer');
        refuse(
          response,
          401,
          'M_MISSING_TOKEN',
          'Metrics need the token in secrets/metrics-token of the data folder',
        );
        return;
      }
      void check().then((parts) => {
        const up = Object.fromEntries(Object.entries(parts).map(([name, { ok }]) => [name, ok]));
        response.writeHead(200, {
          'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
          'Cache-Control': 'no-store',
        });
        response.end(metrics.text(up));
      });
    },
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
