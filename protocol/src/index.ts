// The door of the room: what everybody else may use.
export { serverAllowedByAcl } from './acl/server-acl.ts';
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
export { depthMax, nextDepth, type Checked, type Pdu, type UnsignedPdu } from './events/pdu.ts';
export {
  receiveEvent,
  receiveUnverifiedEvent,
  verifyEventSignatures,
  type Received,
} from './events/receive.ts';
export { redactContent, redactEvent, redactionTarget } from './events/redaction.ts';
export { addSignature, signEvent, type SignedEvent } from './events/sign-event.ts';
export { eventFilter, type FilteredEvent } from './filters/event-filter.ts';
export { compileGlob, type Glob, type GlobOptions } from './globs/glob.ts';
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
  redactionApplies,
} from './power/may.ts';
export type { PushContext, PushedEvent, PushedEvent as ClientEventForPush } from './push-rules/conditions.ts';
export { defaultPushRules } from './push-rules/default-rules.ts';
export { evaluatePushRules, type PushOutcome } from './push-rules/evaluate.ts';
export {
  placePushRule,
  pushRuleKinds,
  type Placed,
  type PushRule,
  type PushRuleKind,
  type PushRuleset,
} from './push-rules/ruleset.ts';
export {
  advances,
  mainThread,
  threadOf,
  unreadCounts,
  type CountedEvent,
  type Receipt,
  type ReceiptType,
  type UnreadCount,
  type UnreadCounts,
} from './receipts/receipts.ts';
export { aggregateRelations, type Aggregation, type Reaction } from './relations/aggregate.ts';
export {
  isValidReplacement,
  relationOf,
  replacedContent,
  type RelatedEvent,
  type Relation,
} from './relations/relation.ts';
export type { RedactionKeeps, RoomVersion } from './room-versions/room-version.ts';
export {
  creatableRoomVersions,
  defaultRoomVersion,
  knownRoomVersions,
  roomVersion,
} from './room-versions/versions.ts';
export {
  heroesMax,
  roomHeroes,
  roomName,
  roomNameParts,
  type Hero,
  type RoomMember,
  type RoomName,
  type RoomNameInput,
} from './rooms/room-name.ts';
export {
  callExpiryDefaultMs,
  callLeaveContent,
  callMembers,
  callMemberStateKey,
  callMemberType,
  readCallMember,
  type CallMember,
  type CallMemberEvent,
} from './rtc/call-members.ts';
export {
  stickyDurationMaxMs,
  stickyEvents,
  stickyMembers,
  stickyMemberType,
  stickyUntil,
  type StickyEvent,
  type StickyMember,
} from './rtc/sticky-members.ts';
export {
  keyValidityMaxMs,
  readKeyDocument,
  readNotaryAnswer,
  writeKeyDocument,
  type KeyDocumentRead,
  type KeyLookup,
  type OldKey,
  type VerifyKey,
} from './signing/key-document.ts';
export {
  parseAuthorization,
  signRequest,
  verifyRequest,
  writeAuthorization,
  type RequestAuthorization,
  type SignedRequest,
} from './signing/request.ts';
export { requiredKeys, requiredSignatures, type KeyName } from './signing/required-signatures.ts';
export { signJson, signedText, signingKeyIds, verifyJson } from './signing/sign-json.ts';
export { collectAuthChains, type Collected } from './state/collect.ts';
export { resolveState, type Resolution, type ResolutionInput } from './state/resolve.ts';
export { splitStateMapKey, stateMapKey, type StateMap } from './state/state-map.ts';
export {
  historyVisibility,
  mayServerSeeEvent,
  mayUserSeeEvent,
  type HistoryVisibility,
  type UserVisibilityQuestion,
} from './visibility/history-visibility.ts';
export {
  meetingLimits,
  meetingsBase,
  type GuestAnswer,
  type GuestState,
  type JoinAnswer,
  type JoinQuestion,
  type KnockAnswer,
  type LinkAnswer,
  type LobbyAnswer,
  type LobbyGuest,
  type MeetingAnswer,
  type MeetingLink,
  type MeetingParticipant,
  type ParticipantAttributes,
  type SealedKeys,
} from './endpoints/meetings.ts';
