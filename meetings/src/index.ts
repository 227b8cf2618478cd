export { createMeetings, type Meetings } from './server.ts';
export type { Clock, Log, MeetingsOptions, MeetingsParts, Random, Scheduler } from './parts.ts';
