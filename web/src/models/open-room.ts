import { useEffect, useState } from 'preact/hooks';
import { client } from './client.ts';
import type { OpenRoom } from '../matrix/door.ts';

/** A room that is open while the screen is there. */
export function useOpenRoom(roomId: string): OpenRoom {
  const [room, setRoom] = useState<OpenRoom>(() => client.rooms.open(roomId));
  useEffect(() => {
    let opened = room;
    if (opened.roomId !== roomId) {
      opened = client.rooms.open(roomId);
      setRoom(opened);
    }
    return () => opened.close();
  }, [roomId]);
  return room;
}
