import { isJsonObject, isRoomId, setOwn } from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import type { BackedUpSession, BackupVersion, SessionScope, Storage } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { MatrixError, badJson, invalidParam, missingParam, notFound } from '../../http/errors.ts';
import { requiredObject, requiredString } from '../../http/fields.ts';

const sessions_max = 10_000;
const session_bytes_max = 65_536;
const auth_data_bytes_max = 65_536;
const upload_bytes_max = 16 * 1_048_576;

/** Server-side key backup (Client-Server API, "Server-side key backups"). */
export function keyBackupEndpoints(storage: Storage): Endpoint[] {
  const { keyBackup } = storage;
  const base = '/_matrix/client/v3/room_keys';

  const existing = async (userId: string, version?: string): Promise<BackupVersion> => {
    const backup = await keyBackup.backup(userId, version);
    if (backup === undefined) throw notFound('There is no such key backup');
    return backup;
  };
  /** Writing goes to the newest version only: an older device must learn that its keys no longer count. */
  const current = async (call: UserCall): Promise<BackupVersion> => {
    const version = versionIn(call);
    const newest = await existing(call.requester.userId);
    if (newest.version !== version) {
      await existing(call.requester.userId, version);
      throw new MatrixError(403, 'M_WRONG_ROOM_KEYS_VERSION', 'This is not the current backup version', {
        current_version: newest.version,
      });
    }
    return newest;
  };
  const put = async (call: UserCall, sessions: readonly BackedUpSession[]): Promise<object> => {
    if (sessions.length > sessions_max) throw invalidParam(`At most ${sessions_max} sessions at once`);
    const { version } = await current(call);
    const state = await keyBackup.putSessions(call.requester.userId, version, sessions);
    return { etag: state.etag, count: state.count };
  };
  const remove = async (call: UserCall, scope: SessionScope): Promise<object> => {
    const { version } = await existing(call.requester.userId, versionIn(call));
    const state = await keyBackup.deleteSessions(call.requester.userId, version, scope);
    return { etag: state.etag, count: state.count };
  };
  const read = async (call: UserCall, scope: SessionScope): Promise<BackedUpSession[]> => {
    const { version } = await existing(call.requester.userId, versionIn(call));
    return keyBackup.sessions(call.requester.userId, version, scope);
  };

  return [
    userEndpoint({
      method: 'POST',
      paths: [`${base}/version`],
      async handle({ body, requester }) {
        const algorithm = requiredString(body, 'algorithm', 255);
        const version = await keyBackup.createBackup(requester.userId, algorithm, authDataIn(body));
        return { version };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/version`, `${base}/version/:version`],
      handle: async ({ params, requester }) => shown(await existing(requester.userId, params['version'])),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${base}/version/:version`],
      async handle({ params, body, requester }) {
        const version = params['version'] ?? '';
        const backup = await existing(requester.userId, version);
        if (body['version'] !== undefined && body['version'] !== version) {
          throw invalidParam("'version' must be that of the path");
        }
        if (requiredString(body, 'algorithm', 255) !== backup.algorithm) {
          throw invalidParam('The algorithm of a backup cannot change');
        }
        await keyBackup.setBackupAuthData(requester.userId, version, authDataIn(body));
        return {};
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [`${base}/version/:version`],
      async handle({ params, requester }) {
        const gone = await keyBackup.deleteBackup(requester.userId, params['version'] ?? '');
        if (!gone) throw notFound('There is no such key backup');
        return {};
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${base}/keys/:roomId/:sessionId`],
      handle: (call) => put(call, [readSession(roomIn(call), call.params['sessionId'] ?? '', call.body)]),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${base}/keys/:roomId`],
      bodyLimit: upload_bytes_max,
      handle: (call) => put(call, readSessions(roomIn(call), call.body)),
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${base}/keys`],
      bodyLimit: upload_bytes_max,
      handle: (call) =>
        put(
          call,
          Object.entries(requiredObject(call.body, 'rooms')).flatMap(([roomId, room]) => {
            if (!isJsonObject(room)) throw badJson("'rooms' maps room ids to sessions");
            return readSessions(roomId, room);
          }),
        ),
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/keys/:roomId/:sessionId`],
      async handle(call) {
        const scope = { roomId: roomIn(call), sessionId: call.params['sessionId'] ?? '' };
        const [session] = await read(call, scope);
        if (session === undefined) throw notFound('There is no such session in this backup');
        return sessionShown(session);
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/keys/:roomId`],
      async handle(call) {
        const sessions = await read(call, { roomId: roomIn(call) });
        return { sessions: Object.fromEntries(sessions.map((one) => [one.sessionId, sessionShown(one)])) };
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [`${base}/keys`],
      async handle(call) {
        const rooms: Record<string, { sessions: JsonObject }> = {};
        for (const session of await read(call, {})) {
          const room = (rooms[session.roomId] ??= { sessions: {} });
          setOwn(room.sessions, session.sessionId, sessionShown(session));
        }
        return { rooms };
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [`${base}/keys/:roomId/:sessionId`],
      handle: (call) => remove(call, { roomId: roomIn(call), sessionId: call.params['sessionId'] ?? '' }),
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [`${base}/keys/:roomId`],
      handle: (call) => remove(call, { roomId: roomIn(call) }),
    }),
    userEndpoint({ method: 'DELETE', paths: [`${base}/keys`], handle: (call) => remove(call, {}) }),
  ];
}

function versionIn(call: UserCall): string {
  const version = call.query.get('version');
  if (version === null) throw missingParam("'version' is missing");
  return version;
}

function roomIn(call: UserCall): string {
  const roomId = call.params['roomId'] ?? '';
  if (!isRoomId(roomId)) throw invalidParam('This is not a room id');
  return roomId;
}

function authDataIn(body: JsonObject): string {
  const text = JSON.stringify(requiredObject(body, 'auth_data'));
  if (Buffer.byteLength(text) > auth_data_bytes_max) throw invalidParam("'auth_data' is too large");
  return text;
}

function readSessions(roomId: string, room: JsonObject): BackedUpSession[] {
  if (!isRoomId(roomId)) throw invalidParam('This is not a room id');
  return Object.entries(requiredObject(room, 'sessions')).map(([id, value]) =>
    readSession(roomId, id, value),
  );
}

function readSession(roomId: string, sessionId: string, value: JsonValue): BackedUpSession {
  if (!isJsonObject(value)) throw badJson('A session must be an object');
  if (sessionId === '' || sessionId.length > 255) throw invalidParam('A session id has 1 to 255 characters');
  const count = (name: string): number => {
    const number = value[name];
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
      throw badJson(`'${name}' must be a whole number`);
    }
    return number;
  };
  if (typeof value['is_verified'] !== 'boolean') throw badJson("'is_verified' must be true or false");
  const sessionData = JSON.stringify(requiredObject(value, 'session_data'));
  if (Buffer.byteLength(sessionData) > session_bytes_max) throw invalidParam("'session_data' is too large");
  return {
    roomId,
    sessionId,
    firstMessageIndex: count('first_message_index'),
    forwardedCount: count('forwarded_count'),
    isVerified: value['is_verified'],
    sessionData,
  };
}

function shown(backup: BackupVersion): object {
  return {
    version: backup.version,
    algorithm: backup.algorithm,
    auth_data: JSON.parse(backup.authData) as unknown,
    count: backup.count,
    etag: backup.etag,
  };
}

function sessionShown(session: BackedUpSession): JsonObject {
  return {
    first_message_index: session.firstMessageIndex,
    forwarded_count: session.forwardedCount,
    is_verified: session.isVerified,
    session_data: JSON.parse(session.sessionData) as JsonValue,
  };
}
