// The door of the room: what everybody else may use.
export {
  allowed,
  type AuthorisedEvent,
  type Decision,
  type StateEvent,
  type StateLookup,
} from './auth/decision.ts';
export { authEventKeys } from './auth/auth-event-keys.ts';
export { authorise } from './auth/authorise.ts';
export { checkAuthEvents } from './auth/auth-events.ts';
export { decodeBase64, encodeBase64, encodeBase64Url } from './crypto/base64.ts';
export type { Crypto, SigningKey } from './crypto/crypto.ts';
export { utf8Length } from './crypto/utf8.ts';
export { clientEvent, strippedState } from './events/client-format.ts';
export {
  authEventsMax,
  checkEventFormat,
  checkEventSize,
  eventBytesMax,
  fieldBytesMax,
  isHashRoomId,
  prevEventsMax,
} from './events/format.ts';
export { contentHash, eventIdOf } from './events/hashes.ts';
export type { Checked, Pdu, UnsignedPdu } from './events/pdu.ts';
export { redactContent, redactEvent, redactionTarget } from './events/redaction.ts';
export { addSignature, signEvent, type SignedEvent } from './events/sign-event.ts';
export {
  identifierBytesMax,
  isEventId,
  isLocalpart,
  isRoomAlias,
  isRoomId,
  isRoomVersionId,
  isServerName,
  isUserId,
  localpartOf,
  parseServerName,
  serverNameOf,
  type ServerNameParts,
} from './identifiers/identifiers.ts';
export { matrixToLink, matrixUri, parseMatrixLink, type MatrixLink } from './identifiers/links.ts';
export { parseMxc } from './identifiers/mxc.ts';
export { canonicalJson, compareCodePoints } from './json/canonical.ts';
export { jsonDepthMax, parseJson, parseLooseJson, type JsonLimits, type JsonParsed } from './json/parse.ts';
export {
  isJsonObject,
  own,
  ownObject,
  ownString,
  setOwn,
  type JsonObject,
  type JsonValue,
} from './json/value.ts';
export { defaultPowerLevels } from './power/default-levels.ts';
export {
  actionLevel,
  notificationLevel,
  powerLevel,
  readLevel,
  requiredLevel,
  roomCreators,
  type PowerAction,
} from './power/levels.ts';
export {
  joinRuleOf,
  mayBan,
  mayChangeLevel,
  mayInvite,
  mayKick,
  mayNotifyRoom,
  mayRedact,
  maySend,
  mayUnban,
  membershipOf,
} from './power/may.ts';
export type { RedactionKeeps, RoomVersion } from './room-versions/room-version.ts';
export {
  creatableRoomVersions,
  defaultRoomVersion,
  knownRoomVersions,
  roomVersion,
} from './room-versions/versions.ts';
export { signJson, signedText, signingKeyIds, verifyJson } from './signing/sign-json.ts';
