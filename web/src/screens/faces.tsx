import { Avatar } from '../ui/avatar.tsx';
import { pigments, starOf } from '../ui/avatar-hash.ts';
import { useFace } from '../models/pictures.ts';
import { titleWords } from '../models/room-words.ts';
import { say } from '../words/words.ts';
import type { Person, RoomSummary } from '../matrix/door.ts';

/** The face of a person: their picture, or the star of their id. */
export function PersonFace({ person, size }: { person: Person; size?: number }) {
  const picture = useFace(person.picture, size ?? 48);
  return <Avatar id={person.userId} name={person.name} size={size ?? 48} picture={picture} />;
}

/** The face of a chat: the other person's circle, or the group's square. */
export function RoomFace({ room, size }: { room: RoomSummary; size?: number }) {
  const picture = useFace(room.avatar.picture, size ?? 48);
  return (
    <Avatar
      id={room.avatar.id}
      name={room.direct?.name ?? titleWords(room.title, say)}
      kind={room.avatar.kind}
      size={size ?? 48}
      picture={picture}
    />
  );
}

/** The name ink of a person, the same as their star's pigment. */
export function toneOf(userId: string): (typeof pigments)[number]['name'] {
  return starOf(userId).pigment.name;
}
