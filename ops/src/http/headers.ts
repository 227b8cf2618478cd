// What every answer says to browsers about trust.

/** On every answer, whatever part gives it. In small letters, as every part writes what it may say itself: nothing is said twice. */
export const everyAnswer: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  // blob: is what a page has put together itself: the crypto library from its parts.
  "connect-src 'self' blob:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const permissionsPolicy = [
  ...[
    'camera',
    'microphone',
    'display-capture',
    'fullscreen',
    'picture-in-picture',
    'screen-wake-lock',
    'autoplay',
  ].map((name) => `${name}=(self)`),
  ...[
    'accelerometer',
    'geolocation',
    'gyroscope',
    'magnetometer',
    'midi',
    'payment',
    'usb',
    'serial',
    'hid',
  ].map((name) => `${name}=()`),
].join(', ');

/**
 * The headers of the app's own pages and files.
 * @param https whether browsers reach the server over TLS
 */
export function appHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    ...everyAnswer,
    'Content-Security-Policy': contentSecurityPolicy,
    'Permissions-Policy': permissionsPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    ...(https ? { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' } : {}),
  };
}
