import { creatableRoomVersions, defaultRoomVersion } from '@majlis/protocol';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound, unrecognized } from '../../http/errors.ts';
import type { HomeserverOptions } from '../../parts.ts';
import { delay_ms_max, scheduled_per_user_max } from '../../rooms/delayed-events.ts';

/** Only what is served in full stands here. */
const specVersions = [
  'v1.1',
  'v1.2',
  'v1.3',
  'v1.4',
  'v1.5',
  'v1.6',
  'v1.7',
  'v1.8',
  'v1.9',
  'v1.10',
  'v1.11',
  'v1.12',
  'v1.13',
  'v1.14',
  'v1.15',
  'v1.16',
  'v1.17',
];

const unstableFeatures: Readonly<Record<string, boolean>> = {
  'org.matrix.simplified_msc3575': true,
  'org.matrix.msc4140': true,
  'org.matrix.msc4222': true,
  'org.matrix.msc4143': true,
  'org.matrix.msc3881': false,
  'org.matrix.msc3814': true,
  'org.matrix.e2e_cross_signing': true,
  'org.matrix.msc2285.stable': true,
  'org.matrix.msc3771': true,
  'org.matrix.msc3773': true,
  'org.matrix.msc3827.stable': true,
  'org.matrix.msc3916.stable': true,
  'uk.tcpip.msc4133.stable': true,
  'uk.half-shot.msc2666.query_mutual_rooms': true,
};

/** What this server is and can do (Client-Server API, "Server Discovery", "Capabilities negotiation"). */
export function discoveryEndpoints(options: HomeserverOptions): Endpoint[] {
  return [
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/versions'],
      handle: () => ({ versions: specVersions, unstable_features: unstableFeatures }),
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/.well-known/matrix/client'],
      handle: () => ({
        'm.homeserver': { base_url: options.publicBaseUrl },
        ...(options.livekitServiceUrl !== undefined && {
          'org.matrix.msc4143.rtc_foci': [
            { type: 'livekit', livekit_service_url: options.livekitServiceUrl },
          ],
        }),
      }),
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/.well-known/matrix/support'],
      handle() {
        const { support } = options;
        if (support === undefined) throw notFound('The operator of this server has named no contact');
        const { email, page } = support;
        return {
          ...(email !== undefined && { contacts: [{ role: 'm.role.admin', email_address: email }] }),
          ...(page !== undefined && { support_page: page }),
        };
      },
    }),
    openEndpoint({
      method: 'GET',
      paths: [
        '/_matrix/client/v1/auth_metadata',
        '/_matrix/client/unstable/org.matrix.msc2965/auth_metadata',
      ],
      handle() {
        // Clients take M_UNRECOGNIZED as "no OAuth here" and go on to the password login.
        throw unrecognized(404);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [
        '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports',
        '/_matrix/client/v1/rtc/transports',
      ],
      guests: true,
      handle: () => ({
        rtc_transports:
          options.livekitServiceUrl === undefined
            ? []
            : [{ type: 'livekit', livekit_service_url: options.livekitServiceUrl }],
      }),
    }),
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/capabilities'],
      guests: true,
      handle: ({ requester }) => ({
        capabilities: {
          'm.change_password': { enabled: true },
          'm.set_displayname': { enabled: true },
          'm.set_avatar_url': { enabled: true },
          'm.3pid_changes': { enabled: false },
          'm.get_login_token': { enabled: true },
          ...(requester.isAdmin && { 'm.account_moderation': { lock: true, suspend: true } }),
          'm.profile_fields': { enabled: true },
          'm.room_versions': {
            default: defaultRoomVersion,
            available: Object.fromEntries(creatableRoomVersions.map((version) => [version, 'stable'])),
          },
          'org.matrix.msc4140.delayed_events': {
            max_delay_ms: delay_ms_max,
            max_scheduled: scheduled_per_user_max,
          },
        },
      }),
    }),
  ];
}
