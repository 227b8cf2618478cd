import { lazy } from './lazy.tsx';

/** Screens that are not part of the first load. */
export const SignIn = lazy(async () => (await import('./sign-in/sign-in.tsx')).SignIn);
export const RoomScreen = lazy(async () => (await import('./room/room.tsx')).RoomScreen);
export const NewPane = lazy(async () => (await import('./new/new-pane.tsx')).NewPane);
export const DetailsScreen = lazy(async () => (await import('./details/details.tsx')).DetailsScreen);
export const YouMenu = lazy(async () => (await import('./you/you.tsx')).YouMenu);
export const YouPage = lazy(async () => (await import('./you/you.tsx')).YouPage);
export const MeetingsList = lazy(async () => (await import('./meetings/meetings-list.tsx')).MeetingsList);
export const MeetingScreen = lazy(async () => (await import('./meetings/meeting.tsx')).MeetingScreen);
export const LinkScreen = lazy(async () => (await import('./meetings/link.tsx')).LinkScreen);
